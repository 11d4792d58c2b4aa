"""The judge's figures: verdicts in both orders, and acceptance by length."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.patches import Rectangle

from runners.pages.palette import EVOLVED, INK, ORIGINAL, SERIES
from runners.report.figures.canvas import Figure, blank, finish, legend, named, percent_axis, style
from runners.report.judging import RATIO_EDGES, WINS, shown_verdicts
from runners.report.source import RunReading

_ROOM = 0.5


class Words(NamedTuple):
    """What the two responses are called."""

    original: str
    edited: str
    original_in_full: str
    edited_in_full: str

    def of(self, verdict: str) -> str:
        """The label of a verdict."""
        names = {"original": self.original, "edited": self.edited}
        return names.get(verdict, verdict)


_ROUND = Words("original", "edited", "the original", "the edited response")


def draw_verdicts(
    verdicts: Mapping[tuple[str, str], int], name: str, title: str, words: Words = _ROUND
) -> Figure:
    """Draw the table of both orders' verdicts; in blue ones the edited response wins.

    `verdicts` counts by the verdict with the original first and that with the edited one first.
    """
    total, most = sum(verdicts.values()), max(verdicts.values(), default=1)
    shown = shown_verdicts(verdicts)
    tips: dict[str, str] = {}
    with style():
        canvas = blank(3.4)
        axes = canvas.add_subplot()
        for down, one in enumerate(shown):
            for across, two in enumerate(shown):
                count = verdicts.get((one, two), 0)
                wins = (one, two) in WINS
                colour = EVOLVED.light if wins else ORIGINAL.light
                cell = Rectangle(
                    (across - 0.47, down - 0.46),
                    0.94,
                    0.92,
                    facecolor=colour,
                    alpha=0.08 + 0.5 * math.sqrt(count / most),
                )
                axes.add_patch(cell)
                tip = f"{words.of(one)} with {words.original_in_full} first, "
                named(cell, tips, f"{tip}{words.of(two)} with {words.edited_in_full} first")
                share = count / total if total else 0.0
                weight = "bold" if wins else "normal"
                axes.text(
                    across, down - 0.08, f"{count:,}", ha="center", va="center", fontweight=weight
                )
                axes.text(
                    across, down + 0.24, f"{share:.1%}", ha="center", va="center", fontsize=7.5
                )
        axes.set_xlim(-0.5, len(shown) - 0.5)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        names = [words.of(each) for each in shown]
        axes.set_xticks(range(len(shown)), names)
        axes.set_yticks(range(len(shown)), names)
        axes.tick_params(length=0, labelcolor=INK.light)
        axes.spines[:].set_visible(False)
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        axes.set_xlabel(f"verdict with {words.edited_in_full} shown first")
        axes.set_ylabel(f"with {words.original_in_full} first")
        return finish(name, title, canvas, tips)


def draw_acceptance(readings: Sequence[RunReading]) -> Figure:
    """Draw the share of judged edits that won, by length ratio, with 95% intervals."""
    tips: dict[str, str] = {}
    bins = len(RATIO_EDGES) - 1
    with style():
        canvas = blank(3.1)
        axes = canvas.add_subplot()
        for number, reading in enumerate(readings):
            offset = _ROOM * ((number + 0.5) / len(readings) - 0.5)
            colour = SERIES[number].light
            label: str | None = reading.name
            for place, share in enumerate(reading.statistics.acceptance.shares):
                value, interval = share.value, share.interval
                if value is None or interval is None:
                    continue
                x = place + offset
                axes.vlines(x, *interval, color=colour, linewidth=1.5, alpha=0.55)
                (point,) = axes.plot(
                    [x], [value], "o", color=colour, markersize=6, label=label, linestyle="none"
                )
                label = None
                ratio = ratio_range(place)
                named(point, tips, f"{reading.name}: {value:.0%} of {share.whole:,} edits {ratio}")
        axes.set_xticks(range(bins), [_tick(place, readings) for place in range(bins)], fontsize=8)
        axes.set_xlim(-0.6, bins - 0.4)
        axes.tick_params(axis="x", length=0)
        axes.set_xlabel("length of the edit / length of the response it would replace")
        percent_axis(axes, "share of edits that won", top=1.04)
        if len(readings) > 1:
            legend(axes, columns=3)
        return finish("acceptance", "Is longer simply winning?", canvas, tips)


def ratio_range(place: int) -> str:
    """The bounds of a bin of RATIO_EDGES."""
    low, high = RATIO_EDGES[place], RATIO_EDGES[place + 1]
    if low == 0:
        return f"below {high:g}"
    return f"{low:g} and more" if math.isinf(high) else f"{low:g} to {high:g}"


def _tick(place: int, readings: Sequence[RunReading]) -> str:
    low, high = RATIO_EDGES[place], RATIO_EDGES[place + 1]
    bounds = (
        f"<{high:g}" if low == 0 else f"≥{low:g}" if math.isinf(high) else f"{low:g} to\n{high:g}"
    )
    if len(readings) > 1:
        return bounds
    lines = "" if "\n" in bounds else "\n"
    return f"{bounds}{lines}\nn={readings[0].statistics.acceptance.judged[place]:,}"
