"""Python objects as bytes, on their way between the processes of one run."""

import pickle
from typing import Any

from runners.run.ray.session import import_ray


def pickled(content: object) -> bytes:
    """What goes through Ray: bytes, whatever they stand for."""
    return pickle.dumps(content)


def pickled_whole(content: object) -> bytes:
    """The same, with whatever other processes can't import: what a script or a notebook defines.

    Raises UsageError if Ray is not installed, and what pickle raises.
    """
    return import_ray("ray.cloudpickle").dumps(content)


def unpickled(data: bytes) -> Any:
    """The object. It comes from this run's own processes, as all that Ray carries does."""
    return pickle.loads(data)  # noqa: S301 - see above: Ray itself unpickles them as readily
