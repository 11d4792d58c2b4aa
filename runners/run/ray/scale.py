"""Scale: how a run is spread over a Ray cluster."""

from typing import NamedTuple

ACTORS = 2


class Scale(NamedTuple):
    """How many actors there are, and where."""

    address: str | None = None
    """The cluster's address, `auto` for the one on this machine; None to start one for this run."""
    actors: int = ACTORS
    concurrency_per_actor: int | None = None
    """Most calls that one actor may have in flight; None for its share of the whole."""
