"""Figure 2(a): share of rows by the number of rounds of evolution."""

from collections import Counter
from collections.abc import Sequence

from runners.pages.palette import SERIES
from runners.report.figures.canvas import Figure, blank, finish, legend, named, percent_axis, style
from runners.report.source import RunReading

MOST = 10
"""Rows with more rounds, as long conversations have, share the last bar."""
_ROOM = 0.8


def shares_of(accepted: Counter[int]) -> dict[int, float]:
    """Share of rows by rounds whose edit won, 0 to the most that occur; MOST stands for more."""
    rows = accepted.total()
    if not rows:
        return {}
    counts = Counter[int]()
    for rounds, count in accepted.items():
        counts[min(rounds, MOST)] += count
    return {rounds: counts[rounds] / rows for rounds in range(max(counts) + 1)}


def draw_rounds(readings: Sequence[RunReading]) -> Figure:
    """Draw bars for each number of rounds, runs side by side."""
    found = [shares_of(each.statistics.tally.accepted_where_evolved) for each in readings]
    most = max((rounds for shares in found for rounds in shares), default=0)
    tips: dict[str, str] = {}
    with style():
        canvas = blank(2.9)
        axes = canvas.add_subplot()
        thick = _ROOM / len(readings)
        for number, (reading, shares) in enumerate(zip(readings, found, strict=True)):
            places = [rounds - _ROOM / 2 + thick * (number + 0.5) for rounds in range(most + 1)]
            heights = [shares.get(rounds, 0.0) for rounds in range(most + 1)]
            colour = SERIES[number].light
            bars = axes.bar(places, heights, thick * 0.92, color=colour, label=reading.name)
            for rounds, bar in enumerate(bars.patches):
                tip = f"{reading.name}: {heights[rounds]:.1%} of rows with {_rounds(rounds)}"
                named(bar, tips, tip)
            if len(readings) * (most + 1) <= MOST + 1:
                axes.bar_label(bars, [f"{height:.0%}" for height in heights], padding=2)
        labels = [f"{rounds}+" if rounds == MOST else str(rounds) for rounds in range(most + 1)]
        axes.set_xticks(range(most + 1), labels)
        axes.tick_params(axis="x", length=0)
        axes.set_xlabel("rounds whose edit won")
        percent_axis(axes, "share of rows")
        axes.margins(y=0.12)
        if len(readings) > 1:
            legend(axes, columns=3)
        return finish("rounds", "Rows by number of rounds of evolution", canvas, tips)


def _rounds(count: int) -> str:
    number = f"{count} or more" if count == MOST else str(count)
    return f"{number} round{'s' if count != 1 else ''} won"
