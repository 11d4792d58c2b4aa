"""The tables of run.db with what was spent, including those of earlier versions."""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from runners.calls.price import USUAL, Terms
from runners.calls.spent import NOTHING, Spent
from runners.storage.database import Database, insert
from runners.storage.reader import DatabaseReader

SCHEMA = """
CREATE TABLE IF NOT EXISTS spent (
    role TEXT NOT NULL, model TEXT NOT NULL, tier TEXT NOT NULL, over_tokens INTEGER NOT NULL,
    calls INTEGER NOT NULL, untold INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    reasoning_told INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL,
    cached_told INTEGER NOT NULL, cached_tokens INTEGER NOT NULL,
    cache_written_tokens INTEGER NOT NULL,
    cache_written_1h_tokens INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (role, model, tier, over_tokens)
) WITHOUT ROWID;
"""
"""One row per account (role, model, terms), with the fields of `Spent`."""
EARLIER_SCHEMA = """
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
"""Tables of runs by versions that did not tell kinds of input apart; read only."""
_LATER = "cache_written_1h_tokens"
"""A column that older runs lack; it counts none of their tokens."""
_ADD = """
ON CONFLICT DO UPDATE SET
    calls = calls + excluded.calls, untold = untold + excluded.untold,
    input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    reasoning_told = reasoning_told + excluded.reasoning_told,
    reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens,
    cached_told = cached_told + excluded.cached_told,
    cached_tokens = cached_tokens + excluded.cached_tokens,
    cache_written_tokens = cache_written_tokens + excluded.cache_written_tokens,
    cache_written_1h_tokens = cache_written_1h_tokens + excluded.cache_written_1h_tokens
"""
_QUERIES = {
    "usage": "SELECT role, model, '', 0, calls, untold, input_tokens, output_tokens FROM usage",
    "reasoning": "SELECT role, model, '', 0, 0, 0, 0, 0, calls, tokens FROM reasoning",
    "spent": "SELECT * FROM spent",
}
"""Queries for what was spent, by table: the account, then the fields of `Spent`."""


class Account(NamedTuple):
    """Whose calls, to which model, on which terms."""

    role: str
    model: str
    terms: Terms = USUAL


def read_spent(database: DatabaseReader) -> Iterator[tuple[Account, Spent]]:
    """Yield what was spent, from this version's table and those of earlier ones."""
    tables = {name for (name,) in database.read("SELECT name FROM sqlite_master")}
    for query in (query for name, query in _QUERIES.items() if name in tables):
        for role, model, tier, over, *counts in database.read(query):
            yield Account(role, model, Terms(tier, over)), Spent(*counts)


def widen_spent(database: Database) -> None:
    """Upgrade an earlier version's table."""
    database.widen("spent", _LATER)


def add_spent(connection: sqlite3.Connection, counted: list[tuple[Account, Spent]]) -> None:
    """Add calls to the table, one statement per account."""
    added: dict[Account, Spent] = {}
    for account, paid in counted:
        added[account] = added.get(account, NOTHING).plus(paid)
    lines = [(*account[:2], *account.terms, *spent) for account, spent in added.items()]
    insert(connection, "spent", lines, _ADD)
