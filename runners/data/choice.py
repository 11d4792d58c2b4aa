"""The choice of rows: which are evolved; all others go out untouched."""

import heapq
from collections.abc import Iterable
from hashlib import blake2b
from typing import Literal

from pydantic import BaseModel, ConfigDict

Unchosen = Literal["where", "sample"]
"""Why a row is not evolved: the condition does not hold for it, or it is not in the sample."""


class Choice(BaseModel):
    """Which rows are evolved."""

    model_config = ConfigDict(extra="forbid")

    where: str | None = None
    """An expression over a row's fields (`runners.data.where`)."""
    sample: int | None = None
    """So many of those for which it holds and that agents can see; None for all."""
    seed: int = 0
    """Which sample."""


EVERY_ROW = Choice()


def sample_of(rows: Iterable[tuple[int, str]], size: int, seed: int) -> frozenset[int]:
    """The positions of a uniform sample of rows, given as position and digest.

    The rows with the least hashes of seed and digest: so it is the same on every machine, and in
    whatever order the rows come; a larger one holds a smaller one of the same seed. Only as many
    rows as it has are held in memory.
    """
    keys = ((_key(digest, seed), position) for position, digest in rows)
    return frozenset(position for _, position in heapq.nsmallest(size, keys))


def _key(digest: str, seed: int) -> bytes:
    return blake2b(f"{seed} {digest}".encode(), digest_size=16).digest()
