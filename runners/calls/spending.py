"""Spending: calls, tokens and money that a run has spent, by role and model, over all resumes."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypedDict

from nodes.state import Answer
from prompts.roles import Speaker
from runners.calls.prices import Price
from runners.errors import Stopped
from runners.storage.database import Database, insert
from runners.storage.reader import DatabaseReader

SCHEMA = """
CREATE TABLE IF NOT EXISTS usage (
    role TEXT NOT NULL, model TEXT NOT NULL,
    calls INTEGER NOT NULL, untold INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    PRIMARY KEY (role, model)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reasoning (
    role TEXT NOT NULL, model TEXT NOT NULL, calls INTEGER NOT NULL, tokens INTEGER NOT NULL,
    PRIMARY KEY (role, model)
) WITHOUT ROWID;
"""
"""What calls thought, where it was told, is in a table apart: `usage` is in older runs as it is."""
_ADD = """
ON CONFLICT DO UPDATE SET
    calls = calls + excluded.calls, untold = untold + excluded.untold,
    input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens
"""
_ADD_REASONING = """
ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, tokens = tokens + excluded.tokens
"""
_SPENT = """
SELECT role, model, usage.calls, untold, input_tokens, output_tokens,
    coalesce(reasoning.calls, 0), coalesce(tokens, 0)
FROM usage LEFT JOIN reasoning USING (role, model)
"""
_COMING = "the calls in flight and the next one could take"
_UNTOLD = "the endpoint does not tell what its calls take"


class Tokens(TypedDict):
    """Tokens as people are told them: None, never 0, where no endpoint told any."""

    input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None


class Spent(NamedTuple):
    """What one role's calls to one model have taken."""

    calls: int = 0
    untold: int = 0
    """Calls whose usage the endpoint did not tell."""
    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_told: int = 0
    """Calls of which the endpoint told how much they thought."""
    reasoning_tokens: int = 0
    """Tokens of thinking in these, part of the output tokens."""

    @property
    def known_reasoning(self) -> int | None:
        """The tokens of thinking; None, not 0, if no call told any."""
        return self.reasoning_tokens if self.reasoning_told else None

    @property
    def tokens(self) -> Tokens:
        """What is known of the tokens; those of calls that told nothing are not in it."""
        is_known = self.untold < self.calls or not self.calls
        return {
            "input_tokens": self.input_tokens if is_known else None,
            "output_tokens": self.output_tokens if is_known else None,
            "reasoning_tokens": self.known_reasoning,
        }

    def plus(self, other: "Spent") -> "Spent":
        """Both together."""
        return Spent(*map(int.__add__, self, other))


def spent_on(answer: Answer) -> Spent:
    """What one call took."""
    told = answer["input_tokens"] is not None
    return Spent(
        calls=1,
        untold=0 if told else 1,
        input_tokens=answer["input_tokens"] or 0,
        output_tokens=answer["output_tokens"] or 0,
        reasoning_told=int("reasoning_tokens" in answer),
        reasoning_tokens=answer.get("reasoning_tokens", 0),
    )


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

    @property
    def is_limited(self) -> bool:
        """Whether there is a limit at all."""
        return self.cost is not None or self.tokens is not None


class SpendingReader:
    """What a run has spent so far, and what that cost."""

    def __init__(self, database: DatabaseReader, prices: Mapping[str, Price | None]) -> None:
        """Read what the database has. `prices` are by model string."""
        self._prices = prices
        self.spent: dict[tuple[str, str], Spent] = {
            (role, model): Spent(*counts)
            for role, model, *counts in database.read(_query(database))
        }

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


class Spending(SpendingReader):
    """Counts every answered call, also those whose answer was of no use: they were paid too."""

    def __init__(
        self, database: Database, prices: Mapping[str, Price | None], budget: Budget
    ) -> None:
        """Go on from what the database has. `prices` are by model string."""
        super().__init__(database, prices)
        self._database, self._budget = database, budget
        self._reserved: dict[str, Spent] = {}

    def reserve(self, model: str, most: Spent) -> None:
        """Set aside what a call may take at the most, until it is released.

        Raises Stopped if the call could exceed the budget: then nothing is set aside, and the call
        must not be sent.
        """
        if not self._budget.is_limited:
            return
        self._reserved[model] = self._reserved.get(model, Spent()).plus(most)
        problem = self._exceeded()
        if problem is not None:
            self.release(model, most)
            raise Stopped(problem)

    def release(self, model: str, most: Spent) -> None:
        """Set nothing aside any more for a call that has been made, or not sent after all."""
        if self._budget.is_limited:
            less = Spent(*(-count for count in most))
            self._reserved[model] = self._reserved[model].plus(less)

    def count(self, role: Speaker, model: str, paid: Spent) -> None:
        """Count an answered call, here at once and on the disk with the next commit."""
        self.spent[role, model] = self.spent.get((role, model), Spent()).plus(paid)
        self._database.write_soon(_add, (role, model, paid))

    def _exceeded(self) -> str | None:
        total = self.total
        if self._budget.tokens is not None:
            if total.untold:
                return f"{_UNTOLD}, so --max-tokens-total can't be kept"
            tokens = total.input_tokens + total.output_tokens + self._budget.tokens_elsewhere
            coming = sum(each.input_tokens + each.output_tokens for each in self._reserved.values())
            if tokens + coming > self._budget.tokens:
                limit = f"token limit of {self._budget.tokens} reached"
                return f"{limit}: {tokens} used, {_COMING} {coming}"
        if self._budget.cost is not None:
            spent, coming = self.cost, self.cost_by_model(self._reserved.items()) or 0.0
            if spent is None:
                return f"{_UNTOLD}, so --budget can't be kept"
            spent += self._budget.cost_elsewhere
            if spent + coming > self._budget.cost:
                limit = f"budget of ${self._budget.cost:.2f} reached"
                return f"{limit}: ${spent:.4f} spent, {_COMING} ${coming:.4f}"
        return None


def _query(database: DatabaseReader) -> str:
    """How to read what was spent; runs from before there was thinking have no table of it."""
    tables = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'reasoning')"
    ((knows_thinking,),) = database.read(tables)
    return _SPENT if knows_thinking else "SELECT * FROM usage"


def _add(connection: sqlite3.Connection, counted: list[tuple[str, str, Spent]]) -> None:
    """Add calls to what is written: once for each role and model."""
    added: dict[tuple[str, str], Spent] = {}
    for role, model, paid in counted:
        added[role, model] = added.get((role, model), Spent()).plus(paid)
    insert(connection, "usage", [(*whose, *spent[:4]) for whose, spent in added.items()], _ADD)
    thought = [(*whose, *spent[4:]) for whose, spent in added.items() if spent.reasoning_told]
    insert(connection, "reasoning", thought, _ADD_REASONING)
