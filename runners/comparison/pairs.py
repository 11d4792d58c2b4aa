"""Pairs: two responses to each task, matched from two sides."""

from collections import defaultdict
from typing import NamedTuple

from runners.comparison.sides import Response, Side
from runners.data.rows import Fields
from runners.errors import UsageError

_CATEGORIES = ("category", "dataset")
"""Fields in which datasets have a row's category; AlpacaEval's is `dataset`."""
Place = tuple[int, int | None, int | None]
"""Identifies a pair: position of its row in side A, from 0, turn, and round."""


class Pair(NamedTuple):
    """A task and two responses to it."""

    position: int
    """Position of its row in side A, from 0."""
    instruction: str
    input: str
    a: str
    b: str
    category: str | None
    turn: int | None = None
    """In a conversation, the position of the answer among its messages, from 0; else None."""
    id_a: str | None = None
    """Id of the row in the run that is side A; None for a file."""
    id_b: str | None = None
    k: int | None = None
    """For a round that people have reviewed, its number; None for a compared pair."""

    @property
    def place(self) -> Place:
        """What distinguishes it from all other pairs."""
        return self.position, self.turn, self.k


def pair_up(a: Side, b: Side, category: str | None = None, limit: int | None = None) -> list[Pair]:
    """Match the responses to the same tasks, in the order of A.

    `category` is the field with a row's category, `limit` the most rows. Raises UsageError if one
    side lacks a task of the other, or no row has the field.
    """
    waiting: defaultdict[tuple[str, str], list[Response]] = defaultdict(list)
    for response in reversed(b.responses):
        waiting[response.task].append(response)
    pairs: list[Pair] = []
    for one in a.responses:
        if not waiting[one.task]:
            raise _unmatched(one, b)
        pairs.append(_pair(one, waiting[one.task].pop(), category))
    for left in (response for responses in waiting.values() for response in responses):
        raise _unmatched(left, a)
    if category is not None and all(pair.category is None for pair in pairs):
        raise UsageError(f"--category {category}: no row has such a field")
    return [pair for pair in pairs if limit is None or pair.position < limit]


def _pair(one: Response, other: Response, category: str | None) -> Pair:
    kind = _category({**one.fields, **other.fields}, category)
    texts = one.instruction, one.input, one.text, other.text
    return Pair(one.position, *texts, kind, one.turn, one.id, other.id)


def _unmatched(response: Response, other: Side) -> UsageError:
    task = " ".join(response.instruction.split())[:60]
    reason = f"{other.name} has no response to this task ({task!r})"
    return UsageError(f"{response.where}: {reason}; compare takes two sides with the same rows")


def _category(fields: Fields, name: str | None) -> str | None:
    names = _CATEGORIES if name is None else (name,)
    found = next((fields[name] for name in names if fields.get(name) is not None), None)
    # It names a table row: half a surrogate pair, which no file can hold, is replaced.
    return None if found is None else str(found).encode("utf-8", "replace").decode()
