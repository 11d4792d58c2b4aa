"""Batches in an estimate: how long a run takes whose calls go to the provider in batches."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple, Self

from graph.frameworks import Framework
from nodes.context import Context
from nodes.counted import counted
from runners.batches.options import BatchOptions
from runners.calls.price import BATCH, Price
from runners.folder.folder import RunFolder
from runners.storage.batch_table import BatchReader
from runners.storage.reader import reading

_STEPS: Mapping[Framework, int] = {
    "edit": 1,
    "advise-blind": 2,
    "advise": 2,
    "debate": 4,
    "coevol": 5,
}
"""Steps of a round: each is a wave of calls that needs the answers of the one before. Both
debaters speak in one step, both judgements are one."""
_HOUR = 3600.0
_ASSUMED = 1 * _HOUR
"""Seconds that a batch is assumed to take if none has been seen."""
_MOST = 24 * _HOUR
"""Seconds within which a provider answers a batch or lets it expire."""


class Batched(NamedTuple):
    """What determines how long batches take."""

    rows: int
    """Rows that are open at once."""
    seen: tuple[float, ...] = ()
    """Seconds that the batches of an earlier run took; empty if there is none."""

    @classmethod
    def of(cls, options: BatchOptions, like: Path | None) -> Self:
        """Combine the options with the batches that the run `like` has seen, if one is given.

        Raises StorageError if its run.db can't be read.
        """
        database = None if like is None else RunFolder(like).database
        if database is None or not database.exists():
            return cls(options.rows)
        with reading(database) as opened:
            return cls(options.rows, tuple(BatchReader(opened).durations()))


def batch_lines(
    rows: int,
    context: Context,
    framework: Framework,
    batched: Batched,
    prices: Mapping[str, Price | None],
) -> Iterator[str]:
    """Say how long the run takes, and which models have no known batch price."""
    yield from _time_lines(rows, context, framework, batched)
    for model in sorted({each.model for each in context.settings.values()}):
        price = prices[model]
        if price is not None and not price.is_free and BATCH not in price.tiers:
            yield f"{model}: no price of batches is known; counted as single calls"


def _time_lines(
    rows: int, context: Context, framework: Framework, batched: Batched
) -> Iterator[str]:
    # With economy, the judge is asked in one order at a time.
    steps = _STEPS[framework] + (framework == "coevol" and context.economy)
    groups, seen = -(-rows // batched.rows) or 1, batched.seen
    seconds = median(seen) if seen else _ASSUMED
    how = f"the median of {len(seen)} that were seen" if seen else "assumed, as none was seen"
    yield f"A batch takes {_in_words(seconds)} ({how}); providers promise 24 h."
    for rounds in _rounds(framework, context):
        waves = steps * rounds * groups
        within = f"{_in_words(waves * seconds)}, {_in_words(waves * _MOST)} at the most"
        batches = counted(waves, "batch", "batches one after another")
        yield f"{counted(rounds, 'round')}: {batches}, {within}"


def _rounds(framework: Framework, context: Context) -> list[int]:
    """The fewest and the most rounds; one number if they are the same."""
    most = context.max_rounds if framework == "coevol" else 1
    return sorted({1, most})


def _in_words(seconds: float) -> str:
    """Seconds in minutes, hours or days, rounded."""
    if seconds < 2 * _HOUR:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / _HOUR:.0f} h" if seconds < 2 * _MOST else f"{seconds / _MOST:.0f} days"
