"""What batches change of an estimate: what tokens cost, and how long it takes."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median

from graph.frameworks import Framework
from nodes.context import Context
from runners.batches.options import BatchOptions
from runners.calls.price import Price, Terms
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


def batch_prices(
    prices: Mapping[str, Price | None], models: Iterable[str]
) -> dict[str, Price | None]:
    """The prices of these models in batches; those that no table has for batches as usual."""
    found = {model: prices[model] for model in models}
    return {model: price and price.at(Terms("batch")) for model, price in found.items()}


def batch_lines(
    rows: int,
    context: Context,
    framework: Framework,
    options: BatchOptions,
    prices: Mapping[str, Price | None],
    run: Path | None,
) -> Iterator[str]:
    """Say how long it takes, by the batches that a run has seen, and what has no price of its own.

    Raises StorageError if the run can't be read.
    """
    steps = _STEPS[framework] + (framework == "coevol" and context.economy)
    groups = -(-rows // options.rows) or 1
    seen = _durations(run)
    seconds = median(seen) if seen else _ASSUMED
    how = f"the median of {len(seen)} that it has seen" if seen else "assumed, as none was seen yet"
    yield f"A batch takes {_told(seconds)} ({how}); providers promise 24 h."
    for rounds in _rounds(framework, context):
        waves = steps * rounds * groups
        within = f"{_told(waves * seconds)}, {_told(waves * _MOST)} at the most"
        yield f"{rounds} rounds: {waves} batches one after another, {within}"
    for model in sorted({each.model for each in context.settings.values()}):
        price = prices[model]
        if price is not None and not price.is_free and "batch" not in price.tiers:
            yield f"{model}: no price of batches is known; counted as single calls"


def _rounds(framework: Framework, context: Context) -> list[int]:
    most = context.max_rounds if framework == "coevol" else 1
    return sorted({1, most})


def _durations(run: Path | None) -> list[float]:
    database = None if run is None else RunFolder(run).database
    if database is None or not database.exists():
        return []
    with reading(database) as opened:
        return BatchReader(opened).durations()


def _told(seconds: float) -> str:
    """A time for people."""
    if seconds < 2 * _HOUR:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / _HOUR:.0f} h" if seconds < 2 * _MOST else f"{seconds / _MOST:.0f} days"
