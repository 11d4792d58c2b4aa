"""What batches change of an estimate: how long it takes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple, Self

from graph.frameworks import Framework
from nodes.context import Context
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
"""Calls of a round that wait for each other: debaters and judges speak in pairs."""
_HOUR = 3600.0
_ASSUMED = _HOUR
"""Seconds of a batch of which none was seen."""
_MOST = 24 * _HOUR
"""Within which providers answer a batch, or let it expire."""


class Batched(NamedTuple):
    """What is known of a run whose calls go in batches."""

    rows: int
    """Rows open at once."""
    seen: tuple[float, ...] = ()
    """Seconds that batches took which were seen."""

    @classmethod
    def of(cls, options: BatchOptions, like: Path | None) -> Self:
        """What the options say, and the batches of a run that is there.

        Raises StorageError if it can't be read.
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
    """Say how long it takes, and which models' batches have no price of their own."""
    steps = _STEPS[framework] + (framework == "coevol" and context.economy)
    groups, seen = -(-rows // batched.rows) or 1, batched.seen
    seconds = median(seen) if seen else _ASSUMED
    how = f"the median of {len(seen)} that were seen" if seen else "assumed, as none was seen"
    yield f"A batch takes {_told(seconds)} ({how}); providers promise 24 h."
    for rounds in _rounds(framework, context):
        waves = steps * rounds * groups
        within = f"{_told(waves * seconds)}, {_told(waves * _MOST)} at the most"
        yield f"{rounds} rounds: {waves} batches one after another, {within}"
    for model in sorted({each.model for each in context.settings.values()}):
        price = prices[model]
        if price is not None and not price.is_free and BATCH not in price.tiers:
            yield f"{model}: no price of batches is known; counted as single calls"


def _rounds(framework: Framework, context: Context) -> list[int]:
    most = context.max_rounds if framework == "coevol" else 1
    return sorted({1, most})


def _told(seconds: float) -> str:
    """A time for people."""
    if seconds < 2 * _HOUR:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / _HOUR:.0f} h" if seconds < 2 * _MOST else f"{seconds / _MOST:.0f} days"
