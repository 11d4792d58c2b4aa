"""Tables: the numbers behind each figure, as CSV and on the page."""

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import NamedTuple

from nodes.guards.flaws import FLAWS
from nodes.orders import ORDERS
from runners.report.facts import evolved_in, share_of
from runners.report.figures.rounds import MOST, shares_of
from runners.report.judging import BINS, MEAN, RATIO_EDGES, shown_verdicts
from runners.report.lengths import edges_of
from runners.report.source import RunReading

Cell = str | int | float | None
_SHOWN = 60


class Table(NamedTuple):
    """A table in long form: one row per run and category."""

    name: str
    """The name of its file."""
    columns: tuple[str, ...]
    """Columns with `share` or `rate` in their name are shown in per cent."""
    rows: list[tuple[Cell, ...]]

    @property
    def shown(self) -> list[tuple[Cell, ...]]:
        """As many rows as fit on a page."""
        return self.rows[:_SHOWN]

    def as_csv(self) -> bytes:
        """The table as CSV; unknown values are empty."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue().encode()


def headline_table(readings: Sequence[RunReading]) -> Table:
    """Rows, calls, tokens, money and time of each run."""
    columns = (
        *("run", "rows", "finished", "improved", "improved_share", "failed", "left", "rounds"),
        *("calls", "input_tokens", "output_tokens", "cost_usd", "seconds"),
    )

    def row(reading: RunReading) -> tuple[Cell, ...]:
        rows, calls = reading.summary["rows"], reading.summary["calls"]
        counts = (rows["rows"], rows["finished"], rows["improved"])
        share = share_of(rows["improved"], evolved_in(reading))
        spent = (calls["answered"], calls["input_tokens"], calls["output_tokens"])
        rounds = reading.summary["rounds"]["run"]
        rest = (rows["failed"], rows["left"], rounds, *spent, calls["cost_usd"])
        return (reading.name, *counts, share, *rest, reading.summary["seconds"])

    return Table("headline", columns, [row(reading) for reading in readings])


def rounds_table(readings: Sequence[RunReading]) -> Table:
    """Rows by rounds whose edit won (Figure 2(a))."""

    def rows(reading: RunReading) -> Iterable[tuple[Cell, ...]]:
        accepted = reading.statistics.tally.accepted_where_evolved
        for rounds, share in shares_of(accepted).items():
            label = f"{rounds} and more" if rounds == MOST else rounds
            yield reading.name, label, round(share * accepted.total()), share

    return _table("rounds", ("run", "rounds_won", "rows", "share"), readings, rows)


def lengths_table(readings: Sequence[RunReading], unit: str) -> Table:
    """Mean lengths before and after, and the quartiles of ratios (Figure 2(b))."""

    def rows(reading: RunReading) -> Iterable[tuple[Cell, ...]]:
        lengths = reading.statistics.lengths
        spread = lengths.spread or (None, None, None)
        means = (lengths.mean_before, lengths.mean_after)
        yield (reading.name, lengths.responses, unit, *means, lengths.changed, *spread)

    quartiles = ("ratio_lower_quartile", "ratio_median", "ratio_upper_quartile")
    columns = ("run", "responses", "unit", "mean_before", "mean_after", "changed", *quartiles)
    return _table("lengths", columns, readings, rows)


def ratios_table(readings: Sequence[RunReading]) -> Table:
    """Changed responses by length ratio."""

    def rows(reading: RunReading) -> Iterable[tuple[Cell, ...]]:
        lengths = reading.statistics.lengths
        for number, count in lengths.histogram().items():
            yield (reading.name, *_bounds(edges_of(number)), count, count / len(lengths.ratios))

    columns = ("run", "ratio_from", "ratio_below", "responses", "share")
    return _table("length_ratios", columns, readings, rows)


def directions_table(readings: Sequence[RunReading]) -> Table:
    """All verb-object pairs, the most frequent first (Figure 3)."""

    def rows(reading: RunReading) -> Iterable[tuple[Cell, ...]]:
        pairs = reading.directions.pairs.items() if reading.directions else ()
        for (verb, noun), count in sorted(pairs, key=lambda item: (-item[1], item[0])):
            yield reading.name, verb, noun, count

    return _table("directions", ("run", "verb", "object", "suggestions"), readings, rows)


def flaws_table(readings: Sequence[RunReading]) -> Table:
    """Changed rows by flaw, as in coevol check."""

    def rows(reading: RunReading) -> Iterable[tuple[Cell, ...]]:
        statistics = reading.statistics
        for flaw, meaning in FLAWS.items():
            count = statistics.flaws[flaw]
            share = share_of(count, reading.summary["rows"]["improved"])
            yield reading.name, flaw, count, share, meaning

    columns = ("run", "flaw", "rows", "share_of_changed", "meaning")
    return _table("flaws", columns, readings, rows)


def verdicts_table(readings: Sequence[RunReading]) -> Table:
    """Rounds judged in both orders, by both verdicts."""

    def rows(reading: RunReading) -> Iterable[tuple[Cell, ...]]:
        verdicts = reading.statistics.tally.verdicts
        shown = shown_verdicts(verdicts)
        for pair in ((one, two) for one in shown for two in shown):
            yield (reading.name, *pair, verdicts[pair], share_of(verdicts[pair], verdicts.total()))

    columns = ("run", "original_first", "edited_first", "rounds", "share")
    return _table("verdicts", columns, readings, rows)


def judge_table(readings: Sequence[RunReading]) -> Table:
    """Flips, position bias and unparsable answers."""

    def rows(reading: RunReading) -> Iterable[tuple[Cell, ...]]:
        tally, summary = reading.statistics.tally, reading.summary
        position = tally.fitness.position
        shares = (summary["flip_share"], position.share_first, summary["unparsable_share"])
        yield (reading.name, tally.verdicts.total(), reading.statistics.judged_once, *shares)

    shares = ("flip_share", "first_place_share", "unparsable_share")
    return _table("judge", ("run", "judged_twice", "judged_once", *shares), readings, rows)


def chances_table(readings: Sequence[RunReading]) -> Table:
    """Judgements by the edit's probability, in either order, and their means."""

    def rows(reading: RunReading) -> Iterable[tuple[Cell, ...]]:
        counts = reading.statistics.chances.counts
        for place in range(BINS):
            counted = (counts[name][place] for name in (*ORDERS, MEAN))
            yield (reading.name, place / BINS, (place + 1) / BINS, *counted)

    columns = ("run", "probability_from", "probability_to", "original_first", "edited_first", MEAN)
    return _table("probabilities", columns, readings, rows)


def acceptance_table(readings: Sequence[RunReading]) -> Table:
    """Judged edits and those that won, by length ratio."""

    def rows(reading: RunReading) -> Iterable[tuple[Cell, ...]]:
        for place, share in enumerate(reading.statistics.acceptance.shares):
            bounds = _bounds((RATIO_EDGES[place], RATIO_EDGES[place + 1]))
            interval = share.interval or (None, None)
            yield (reading.name, *bounds, share.whole, share.part, share.value, *interval)

    counts = ("edits", "won", "share", "share_low", "share_high")
    return _table("acceptance", ("run", "ratio_from", "ratio_below", *counts), readings, rows)


def failures_table(readings: Sequence[RunReading]) -> Table:
    """Failed rows by where they failed and with which error."""

    def rows(reading: RunReading) -> Iterable[tuple[Cell, ...]]:
        for (stage, error), count in reading.statistics.failures.most_common():
            yield reading.name, stage, error, count

    return _table("failures", ("run", "stage", "error", "rows"), readings, rows)


def _table(
    name: str,
    columns: tuple[str, ...],
    readings: Sequence[RunReading],
    rows: Callable[[RunReading], Iterable[tuple[Cell, ...]]],
) -> Table:
    return Table(name, columns, [row for reading in readings for row in rows(reading)])


def _bounds(bounds: tuple[float, float]) -> tuple[float, float | None]:
    """Bounds for CSV; the last bin has no upper one."""
    low, high = bounds
    return low, None if math.isinf(high) else high
