"""How likely judges named the edit: the distribution of probabilities over both orders."""

from collections.abc import Sequence

from runners.pages.palette import INK, SERIES
from runners.report.figures.canvas import Figure, blank, finish, legend, named, percent_axis, style
from runners.report.judging import BINS, MEAN
from runners.report.source import RunReading

TITLE = "How likely the judge named the edit"


def draw_chances(readings: Sequence[RunReading]) -> Figure:
    """Draw the distribution of the edit's probability, averaged over both orders."""
    tips: dict[str, str] = {}
    edges = [place / BINS for place in range(BINS + 1)]
    with style():
        canvas = blank(2.9)
        axes = canvas.add_subplot()
        for number, reading in enumerate(readings):
            counts = reading.statistics.chances.counts[MEAN]
            total = sum(counts)
            if not total:
                continue
            stairs = axes.stairs(
                [count / total for count in counts],
                edges,
                color=SERIES[number].light,
                linewidth=2,
                fill=len(readings) == 1,
                label=reading.name,
            )
            named(stairs, tips, f"{reading.name}: {total:,} pairs of judgements")
        axes.axvline(0.5, color=INK.light, linewidth=1)
        axes.set_xlim(0, 1)
        axes.set_xlabel("probability of the edit, mean over both orders")
        percent_axis(axes, "share of edits judged")
        axes.margins(y=0.1)
        if len(readings) > 1:
            legend(axes, columns=3)
        return finish("probabilities", TITLE, canvas, tips)
