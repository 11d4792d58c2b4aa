"""The meter: calls, tokens and money that a run has spent, by role and model, over all resumes."""

import sqlite3
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from nodes.state import Answer
from prompts.pack import Role
from runners.database import Database
from runners.errors import Stopped
from runners.prices import Price

SCHEMA = """
CREATE TABLE IF NOT EXISTS usage (
    role TEXT NOT NULL, model TEXT NOT NULL,
    calls INTEGER NOT NULL, untold INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    PRIMARY KEY (role, model)
) WITHOUT ROWID;
"""
_ADD = """
INSERT INTO usage VALUES (?, ?, 1, ?, ?, ?) ON CONFLICT DO UPDATE SET
    calls = calls + 1, untold = untold + excluded.untold,
    input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens
"""
_UNTOLD = "the endpoint does not tell what its calls take"


class Spent(NamedTuple):
    """What one role's calls to one model have taken."""

    calls: int = 0
    untold: int = 0
    """Calls whose usage the endpoint did not tell."""
    input_tokens: int = 0
    output_tokens: int = 0

    def plus(self, other: "Spent") -> "Spent":
        """Both together."""
        return Spent(*(mine + its for mine, its in zip(self, other, strict=True)))


def spent_on(answer: Answer) -> Spent:
    """What one call took."""
    told = answer["input_tokens"] is not None
    return Spent(1, 0 if told else 1, answer["input_tokens"] or 0, answer["output_tokens"] or 0)


def sum_of(parts: Iterable[Spent]) -> Spent:
    """All of them together."""
    total = Spent()
    for part in parts:
        total = total.plus(part)
    return total


class Budget(NamedTuple):
    """The most that a run may spend in all; None for no limit."""

    cost: float | None = None
    """US dollars."""
    tokens: int | None = None
    cost_elsewhere: float = 0.0
    """What other runs that share this budget have spent of it."""
    tokens_elsewhere: int = 0


class Meter:
    """Counts every answered call, also those whose answer was of no use: they were paid too."""

    def __init__(
        self, database: Database, prices: Mapping[str, Price | None], budget: Budget
    ) -> None:
        """Go on from what the database has. `prices` are by model string."""
        self._database, self._prices, self._budget = database, prices, budget
        self._reserved: dict[str, Spent] = {}
        self.spent: dict[tuple[str, str], Spent] = {
            (role, model): Spent(*counts)
            for role, model, *counts in database.read("SELECT * FROM usage")
        }

    @contextmanager
    def reserved(self, model: str, most: Spent) -> Generator[None]:
        """Set aside what a call may take at the most, while it is made.

        Raises Stopped if the call could exceed the budget: then it must not be sent.
        """
        self._reserved[model] = self._reserved.get(model, Spent()).plus(most)
        try:
            problem = self._exceeded()
            if problem is not None:
                raise Stopped(problem)
            yield
        finally:
            less = Spent(*(-count for count in most))
            self._reserved[model] = self._reserved[model].plus(less)

    def count(self, role: Role, model: str, paid: Spent) -> None:
        """Count an answered call, here at once and on the disk with the next commit."""
        self.spent[role, model] = self.spent.get((role, model), Spent()).plus(paid)

        def add(connection: sqlite3.Connection) -> None:
            connection.execute(_ADD, (role, model, *paid[1:]))

        self._database.write_soon(add)

    @property
    def total(self) -> Spent:
        """Everything spent."""
        return sum_of(self.spent.values())

    @property
    def cost(self) -> float | None:
        """US dollars spent; None, not 0, where a price or the usage of a call is unknown."""
        return self.cost_by_model((model, spent) for (_, model), spent in self.spent.items())

    def cost_of(self, model: str, spent: Spent) -> float | None:
        """US dollars for these tokens; None where the price or a call's usage is unknown."""
        price = self._prices.get(model)
        if price is None or (spent.untold and any(price)):
            return None
        return spent.input_tokens * price.input + spent.output_tokens * price.output

    def cost_by_model(self, by_model: Iterable[tuple[str, Spent]]) -> float | None:
        """US dollars for all of these; None if one of them is unknown."""
        costs = [self.cost_of(model, spent) for model, spent in by_model]
        return None if None in costs else sum(cost for cost in costs if cost is not None)

    def _exceeded(self) -> str | None:
        total = self.total
        if self._budget.tokens is not None:
            if total.untold:
                return f"{_UNTOLD}, so --max-tokens-total can't be kept"
            tokens = total.input_tokens + total.output_tokens + self._budget.tokens_elsewhere
            coming = sum(each.input_tokens + each.output_tokens for each in self._reserved.values())
            if tokens + coming > self._budget.tokens:
                return f"token limit of {self._budget.tokens} reached: {tokens} used"
        if self._budget.cost is not None:
            spent, coming = self.cost, self.cost_by_model(self._reserved.items()) or 0.0
            if spent is None:
                return f"{_UNTOLD}, so --budget can't be kept"
            spent += self._budget.cost_elsewhere
            if spent + coming > self._budget.cost:
                return f"budget of ${self._budget.cost:.2f} reached: ${spent:.4f} spent"
        return None
