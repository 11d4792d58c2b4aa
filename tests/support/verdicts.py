"""What the judge says: which of two responses is better, as a name or as two grades.

As with real judges, the longer response is likelier to win. Edits are longer than what they
replace, so about six in ten pairs of judgements let the edit win.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tests.support.words import Dice, Prompt, between, digest_of

Choice = Literal["longer", "shorter", "tie", "none"]

# How many pairs in a hundred end this way: the choice when the longer response stands second
# (the original comes first), and the choice when it stands first.
PAIRS: tuple[tuple[int, Choice, Choice], ...] = (
    (44, "longer", "longer"),
    (7, "longer", "tie"),
    (7, "tie", "longer"),
    (2, "none", "longer"),
    (2, "longer", "none"),
    (8, "shorter", "longer"),  # always the first: position bias
    (5, "longer", "shorter"),  # always the second
    (6, "tie", "tie"),
    (12, "shorter", "shorter"),
    (2, "shorter", "tie"),
    (2, "tie", "shorter"),
    (2, "none", "tie"),
    (1, "none", "shorter"),
)
FIRST, SECOND = "<assistant 1>", "<assistant 2>"
BETTER = (
    "<assistant {n}>",
    "<assistant {n}>",
    "<assistant {n}>",
    "<Assistant {n}>",
    "Assistant {n}",
    "Assistant {n}",
    "**Assistant {n}**",
    "Output: <assistant {n}>",
    "\n\n<assistant {n}>",
    "Assistant {n} is better than Assistant {m} because it goes further.",
)
EQUAL = ("<equal>", "<equal>", "Equal", "**Equal**", "Output: <equal>", "\n<equal>")
_GRADED = "single line containing two numbers"
"""What the question says that asks for grades."""
NEITHER = ("I am sorry, but no choice can be made here.", "The request is unclear to me.")
REASONS = (
    'Assistant 1 and Assistant 2 both touch on "@", yet one of them is more helpful.',
    'What decides it is "@"; the level of detail differs between the two assistants.',
    'Accuracy is the same, but "@" is treated with more care by one of them.',
)


@dataclass(frozen=True, slots=True)
class Pair:
    """The two responses before the judge, as strings of words."""

    first: str
    second: str

    @property
    def longer_first(self) -> bool:
        """Whether the longer one stands first; equal lengths are told apart by their letters."""
        first, second = len(self.first.split()), len(self.second.split())
        return (first, self.first) > (second, self.second)


def read_pair(prompt: Prompt) -> Pair:
    """The responses between the delimiters of Table 9."""
    start, end = "[The Start of Assistant {}'s Response]", "[The End of Assistant {}'s Response]"
    first, second = (between(prompt.text, start.format(n), end.format(n)) for n in (1, 2))
    return Pair(first, second)


def chosen(pair: Pair) -> Choice:
    """The same pair has the same fate in both orders."""
    shorter, longer = sorted((pair.first, pair.second))
    lot = Dice(digest_of(shorter, longer)).below(100)
    for share, when_second, when_first in PAIRS:
        lot -= share
        if lot < 0:
            return when_first if pair.longer_first else when_second
    raise AssertionError("the shares add up to less than 100")


def judgement(prompt: Prompt) -> str:
    """A verdict line and a line of explanation."""
    dice = Dice(prompt.digest)
    pair = read_pair(prompt)
    question = prompt.text.rpartition("[System]")[2]
    if "output only a name" in question:
        return name_alone(pair)
    choice = chosen(pair)
    winner = {"longer": 1 if pair.longer_first else 2, "shorter": 2 if pair.longer_first else 1}
    line = (_grades if _GRADED in question else _name)(winner.get(choice), choice, dice)
    reasons = dice.pick(REASONS).replace("@", dice.quote(prompt.words, 3))
    return f"{reasons}\n\n{line}" if "In the last line" in question else f"{line}\n{reasons}"


def name_alone(pair: Pair) -> str:
    """The likelier name."""
    return f"<assistant {1 if chance_of_first(pair) > 0.5 else 2}>"


def chance_of_first(pair: Pair) -> float:
    """How likely the first one is named, 0 to 1: it leans to the longer one and to the first."""
    shorter, longer = sorted((pair.first, pair.second))
    longer_wins = (20 + Dice(digest_of(shorter, longer)).below(70)) / 100
    return min(0.99, 0.05 + (longer_wins if pair.longer_first else 1 - longer_wins))


def known_judgement(prompt: Prompt, knows: Iterable[tuple[str, str]]) -> str | None:
    """The verdict for the response that is known to be right; None if neither or both are."""
    right = {" ".join(response.split()) for task, response in knows if task in prompt.text}
    pair = read_pair(prompt)
    first, second = pair.first in right, pair.second in right
    if first == second:
        return None
    if _GRADED in prompt.text.rpartition("[System]")[2]:
        return "9 3" if first else "3 9"
    return FIRST if first else SECOND


def _name(winner: int | None, choice: Choice, dice: Dice) -> str:
    if winner is None:
        return dice.pick(EQUAL if choice == "tie" else NEITHER)
    return dice.pick(BETTER).format(n=winner, m=3 - winner)


def _grades(winner: int | None, choice: Choice, dice: Dice) -> str:
    low = 3 + dice.below(5)
    if winner is None:
        return f"{low} {low}" if choice == "tie" else dice.pick(NEITHER)
    high = dice.pick((f"{low + 1}", f"{low + 2}", f"{low}.5"))
    return f"{high} {low}" if winner == 1 else f"{low} {high}"
