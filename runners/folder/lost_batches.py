"""Lost batches: pending batches of which a damaged run.db has only parts, and their likely cost.

Their answers are paid but can't be collected; the user can look for them at the provider.
"""

from collections.abc import Iterator
from typing import NamedTuple

from nodes.context import Context
from runners.calls.prices import prices_of
from runners.calls.spending import SpendingReader
from runners.errors import usage_errors
from runners.storage.reader import DatabaseReader

_WITHOUT_A_ROW = """
SELECT NULL, token, count(*) FROM batch_lines
WHERE token NOT IN (SELECT token FROM batches) GROUP BY token
"""
_WITHOUT_LINES = """
SELECT id, batches.token, lines - count(key) FROM batches LEFT JOIN batch_lines USING (token)
WHERE ended IS NULL GROUP BY batches.token HAVING lines > count(key)
"""


class LostBatch(NamedTuple):
    """Calls in a pending batch whose answers the run can no longer collect."""

    id: str | None
    """The provider's id for it; None if that is lost."""
    token: str
    """The run's own name for it, also used at providers whose batches or files have names."""
    calls: int


def lost_batches(database: DatabaseReader) -> list[LostBatch]:
    """Find lost batches among the recovered rows."""
    queries = (_WITHOUT_A_ROW, _WITHOUT_LINES)
    return [LostBatch(*row) for query in queries for row in database.read(query)]


class UsualCall(NamedTuple):
    """The average usage of the run's calls."""

    tokens: float
    cost: float | None
    """US dollars; None if the price is unknown."""


def usual_call(database: DatabaseReader, context: Context | None) -> UsualCall | None:
    """The average usage of the run's calls; None if nothing is known."""
    with usage_errors():
        spending = SpendingReader(database, {} if context is None else prices_of(context))
    spent, cost = spending.total, spending.cost
    told = spent.calls - spent.untold
    if not told:
        return None
    tokens = (spent.input_tokens + spent.output_tokens) / told
    return UsualCall(tokens, None if cost is None else cost / spent.calls)


def lost_batch_lines(lost: list[LostBatch], usual: UsualCall | None) -> Iterator[str]:
    """Yield the lines that report them."""
    for each in lost:
        name = each.token if each.id is None else f"{each.id} ({each.token})"
        yield (
            f"lost: {each.calls:,} calls of batch {name}, which may be out there and be billed"
            f"{_about(each.calls, usual)}; resume asks them again: cancel it at the provider first"
        )


def _about(calls: int, usual: UsualCall | None) -> str:
    if usual is None:
        return ""
    money = "" if usual.cost is None else f", ${usual.cost * calls:.4f}"
    return f" with about {usual.tokens * calls:,.0f} tokens{money}"
