"""Python objects as bytes, on their way between the processes of one run."""

import pickle
from typing import Any


def pickled(content: object) -> bytes:
    """What goes through Ray: bytes, whatever they stand for."""
    return pickle.dumps(content)


def unpickled(data: bytes) -> Any:
    """The object. It comes from this run's own processes, as all that Ray carries does."""
    return pickle.loads(data)  # noqa: S301 - see above: Ray itself unpickles them as readily
