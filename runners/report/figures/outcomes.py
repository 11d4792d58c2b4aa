"""A comparison's figures: wins, ties and losses as bars, and win rates with their intervals."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from runners.pages.palette import (
    EVOLVED,
    INK,
    ON_ORIGINAL,
    ORIGINAL,
    PAPER,
    RULE,
    SERIES,
    TIE,
)
from runners.report.figures.canvas import (
    Figure,
    blank,
    finish,
    in_percent,
    legend,
    named,
    style,
)

_PARTS = ((EVOLVED, PAPER), (TIE, INK), (ORIGINAL, ON_ORIGINAL))
"""Colours of a bar's parts and of their labels."""
_CALLED = ("B wins", "tie", "A wins")
_THICK = 0.5
_LEAST = 0.07
"""Share of a bar below which a part is not labelled; see its tooltip and the table instead."""
_LETTERS = 64
"""Most characters of a label that fit the width of a figure."""


class Bar(NamedTuple):
    """Wins, ties and losses of B, according to one judge or person."""

    label: str
    counts: tuple[int, int, int]


class OutcomeRate(NamedTuple):
    """A win rate of B: raw with its interval, and length-controlled; None if unknown."""

    label: str
    raw: float | None
    interval: tuple[float, float] | None
    length_controlled: float | None


def draw_outcomes(
    bars: Sequence[Bar], name: str, title: str, called: tuple[str, str, str] = _CALLED
) -> Figure:
    """Draw a stacked bar for each, from wins to losses, or as these are `called`."""
    tips: dict[str, str] = {}
    with style():
        canvas = blank(0.75 + 0.75 * len(bars))
        axes = canvas.add_subplot()
        starts = [0.0] * len(bars)
        for part, (label, (colour, ink)) in enumerate(zip(called, _PARTS, strict=True)):
            counts = [bar.counts[part] for bar in bars]
            shares = [n / (sum(bar.counts) or 1) for n, bar in zip(counts, bars, strict=True)]
            drawn = axes.barh(
                range(len(bars)), shares, _THICK, starts, color=colour.light, label=label,
                edgecolor=PAPER.light, linewidth=1.2,
            )  # fmt: skip
            told = [f"{count:,}\n{share:.0%}" for count, share in zip(counts, shares, strict=True)]
            shown = [text if n >= _LEAST else "" for text, n in zip(told, shares, strict=True)]
            axes.bar_label(drawn, shown, label_type="center", color=ink.light, fontsize=8.5)
            for bar, patch, count in zip(bars, drawn.patches, counts, strict=True):
                named(patch, tips, f"{bar.label}: {label}, {count:,} of {sum(bar.counts):,}")
            starts = [start + share for start, share in zip(starts, shares, strict=True)]
        _label_above(axes, [bar.label for bar in bars])
        legend(axes)
        return finish(name, title, canvas, tips)


def draw_win_rates(rates: Sequence[OutcomeRate], name: str, title: str) -> Figure:
    """Draw a point for each rate with its 95% interval, and one for the length-controlled rate."""
    tips: dict[str, str] = {}
    raw, controlled = EVOLVED.light, SERIES[1].light
    with style():
        canvas = blank(1.05 + 0.75 * len(rates))
        axes = canvas.add_subplot()
        for place, rate in enumerate(rates):
            axes.vlines(0.5, place - _THICK / 2, place + _THICK / 2, color=INK.light, linewidth=1)
            if rate.interval is not None:
                axes.hlines(place, *rate.interval, color=raw, linewidth=2.5, alpha=0.55)
            points = (("win rate", rate.raw, "o", raw, 7.0),)
            points += (("length-controlled", rate.length_controlled, "D", controlled, 6.0),)
            for label, value, marker, colour, size in points:
                if value is not None:
                    (point,) = axes.plot([value], [place], marker, color=colour, markersize=size)
                    named(point, tips, f"{rate.label}: {label} {value:.1%}")
        _label_above(axes, [rate.label for rate in rates])
        axes.grid(axis="x")
        axes.xaxis.set_major_formatter(in_percent)
        axes.set_xlabel("wins of B and half of the ties; 50% is no difference")
        axes.set_axisbelow(True)
        handles = [
            Line2D([], [], color=raw, marker="o", linewidth=2.5, label="raw, with 95% interval"),
            Line2D([], [], color=controlled, marker="D", linestyle="", label="length-controlled"),
        ]
        legend(axes, handles=handles)
        return finish(name, title, canvas, tips)


def _label_above(axes: Axes, labels: Sequence[str]) -> None:
    """Label the rows 0, 1, ... from the top, above each: names may be long."""
    for place, label in enumerate(labels):
        shown = label if len(label) <= _LETTERS else label[: _LETTERS - 1] + "…"
        axes.text(0, place - _THICK / 2 - 0.06, shown, ha="left", va="bottom", color=INK.light)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(labels) - 1 + _THICK / 2 + 0.08, -_THICK / 2 - 0.42)
    axes.set_yticks([])
    axes.spines["bottom"].set_color(RULE.light)
    axes.tick_params(axis="x", length=0)
    axes.xaxis.set_major_formatter(in_percent)
