"""Colours, each for light and dark paper, that differ for the colour-blind as well."""

from typing import NamedTuple


class Colour(NamedTuple):
    """A colour on light and on dark paper. Light ones are unique: the page finds them by value."""

    light: str
    dark: str


PAPER = Colour("#fefefe", "#13171c")
INK = Colour("#1c2128", "#e6e9ed")
MUTED = Colour("#59636e", "#98a3af")
RULE = Colour("#dfe3e8", "#2d353f")

ORIGINAL = Colour("#8a94a0", "#7d8996")
"""What was there before."""
EVOLVED = Colour("#1f6fb5", "#62abed")
"""What an edit made of it."""
TIE = Colour("#b7c0c9", "#4b5663")
ON_ORIGINAL = Colour("#1c2129", "#13171d")
"""Words on ORIGINAL: INK and PAPER would be too pale on one of the papers."""
UNPARSABLE = Colour("#a35a9c", "#cf8fc9")

# Blue, vermilion, green, purple, ochre, sky, rose, grey: after Okabe and Ito, with enough contrast
# on both papers.
SERIES = (
    Colour("#1f6fb4", "#62abec"),
    Colour("#c5541a", "#ee9257"),
    Colour("#0f7f68", "#45bfa2"),
    Colour("#7d52a8", "#b795dd"),
    Colour("#947100", "#d9b53c"),
    Colour("#3a8fb8", "#86cdf0"),
    Colour("#bb4478", "#ec8db4"),
    Colour("#6a7480", "#a4aeb9"),
)
"""Runs side by side, and the verbs of Figure 3."""

VARIABLES: dict[str, Colour] = {
    "paper": PAPER,
    "ink": INK,
    "muted": MUTED,
    "rule": RULE,
    "original": ORIGINAL,
    "on-original": ON_ORIGINAL,
    "evolved": EVOLVED,
    "tie": TIE,
    "unparsable": UNPARSABLE,
    **{f"series-{number}": colour for number, colour in enumerate(SERIES, start=1)},
}
"""The page's names for them."""
