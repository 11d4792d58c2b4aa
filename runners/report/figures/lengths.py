"""Figure 2(b): mean length of responses before and after, and the distribution of ratios."""

from collections.abc import Sequence

from runners.pages.palette import EVOLVED, INK, ORIGINAL, RULE, SERIES
from runners.report.figures.canvas import Figure, blank, finish, legend, named, percent_axis, style
from runners.report.lengths import OUTERMOST, Lengths
from runners.report.source import RunReading

_THICK = 0.36


def draw_lengths(readings: Sequence[RunReading], unit: str) -> Figure:
    """Draw the mean lengths of original and final responses, a pair of bars a run."""
    tips: dict[str, str] = {}
    with style():
        canvas = blank(1.5 + 0.55 * len(readings))
        axes = canvas.add_subplot()
        parts = (
            ("before", ORIGINAL.light, -_THICK / 2, [r.mean_before for r in _lengths(readings)]),
            ("after", EVOLVED.light, _THICK / 2, [r.mean_after for r in _lengths(readings)]),
        )
        for label, colour, offset, means in parts:
            places = [number + offset for number in range(len(readings))]
            widths = [mean or 0.0 for mean in means]
            bars = axes.barh(places, widths, _THICK * 0.92, color=colour, label=label)
            axes.bar_label(bars, [_number(mean) for mean in means], padding=4)
            for reading, bar, mean in zip(readings, bars.patches, means, strict=True):
                named(bar, tips, f"{reading.name}: {_number(mean)} {unit} {label}")
        names = [each.name if len(readings) > 1 else "" for each in readings]
        axes.set_yticks(range(len(readings)), names)
        axes.invert_yaxis()
        axes.margins(x=0.14)
        axes.set_xlabel(f"mean length of a response, {unit}")
        axes.grid(axis="x")
        axes.tick_params(axis="x", length=0)
        legend(axes, columns=2)
        return finish("lengths", "Mean length of responses", canvas, tips)


def draw_ratios(readings: Sequence[RunReading]) -> Figure:
    """Draw the distribution of length ratios of the responses that an edit replaced."""
    tips: dict[str, str] = {}
    with style():
        canvas = blank(2.9)
        axes = canvas.add_subplot()
        for number, reading in enumerate(readings):
            shares = ratio_shares(reading.statistics.lengths)
            if not shares:
                continue
            edges = [*shares, max(shares) + 1]
            stairs = axes.stairs(
                list(shares.values()),
                edges,
                color=SERIES[number].light,
                linewidth=2,
                fill=len(readings) == 1,
                label=reading.name,
            )
            spread = reading.statistics.lengths.spread
            if spread is not None:
                named(stairs, tips, f"{reading.name}: median ratio {spread.median:.2f}")
        axes.axvline(0, color=INK.light, linewidth=1)
        least, most = axes.get_xlim()
        least, most = min(least, -2.2), max(most, 4.2)  # at least from a half to four times
        axes.set_xlim(least, most)
        ticks = [tick for tick in range(-OUTERMOST - 1, OUTERMOST + 2) if least <= tick <= most]
        axes.set_xticks(ticks, [_tick(tick) for tick in ticks])
        axes.tick_params(axis="x", length=4, color=RULE.light)
        axes.set_xlabel("length after / length before, in steps of √2")
        percent_axis(axes, "share of changed responses")
        axes.margins(y=0.1)
        if len(readings) > 1:
            legend(axes, columns=3)
        return finish("length_ratios", "How much longer changed responses became", canvas, tips)


def ratio_shares(lengths: Lengths) -> dict[int, float]:
    """Share of the changed responses that have a ratio, by bin of `lengths.bin_of`."""
    total = len(lengths.ratios)
    return {number: count / total for number, count in lengths.histogram().items()}


def _tick(number: int) -> str:
    """What stands at the lower edge of a bin: powers of two, and where the open bins end."""
    if abs(number) > OUTERMOST:
        return "more" if number > 0 else "less"
    if number % 2:
        return ""
    return f"{2 ** (number // 2)}x" if number >= 0 else f"1/{2 ** (-number // 2)}"


def _lengths(readings: Sequence[RunReading]) -> list[Lengths]:
    return [reading.statistics.lengths for reading in readings]


def _number(mean: float | None) -> str:
    return "none" if mean is None else f"{mean:,.1f}"
