"""Row filter: which rows are evolved; all others are passed through unchanged."""

import heapq
from collections.abc import Iterable
from hashlib import blake2b
from typing import Literal

from pydantic import BaseModel, ConfigDict

Unchosen = Literal["where", "sample"]
"""Why a row was left out: it does not meet the condition, or is not in the sample."""


class Choice(BaseModel):
    """Which rows are evolved."""

    model_config = ConfigDict(extra="forbid")

    where: str | None = None
    """A condition on a row's fields (`runners.data.where`)."""
    sample: int | None = None
    """Size of a random sample of the rows that meet it and can be evolved; None for all."""
    seed: int = 0
    """Selects another sample."""


EVERY_ROW = Choice()


def sample_of(rows: Iterable[tuple[int, str]], size: int, seed: int) -> frozenset[int]:
    """The positions of a uniform sample of rows, given as pairs of position and digest.

    The rows with the lowest hashes of seed and digest are taken. So the sample does not depend on
    the machine or the order of rows, and contains every smaller sample with the same seed. No more
    than `size` rows are held in memory.
    """
    keys = ((_key(digest, seed), position) for position, digest in rows)
    return frozenset(position for _, position in heapq.nsmallest(size, keys))


def _key(digest: str, seed: int) -> bytes:
    return blake2b(f"{seed} {digest}".encode(), digest_size=16).digest()
