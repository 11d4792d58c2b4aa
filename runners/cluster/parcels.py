"""Parcels: Python objects on their way between the processes of one run."""

import pickle
from typing import Any


def pack(content: object) -> bytes:
    """What goes through Ray: bytes, whatever they stand for."""
    return pickle.dumps(content)


def unpack(parcel: bytes) -> Any:
    """What was packed. Parcels come from this run's own processes, as all that Ray carries does."""
    return pickle.loads(parcel)  # noqa: S301 - see above: Ray itself unpickles them as readily
