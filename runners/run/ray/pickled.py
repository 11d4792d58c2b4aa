"""Python objects as bytes, for transport between the processes of one run."""

import pickle
from typing import Any

from runners.run.ray.session import import_ray


def pickled(content: object) -> bytes:
    """An object as bytes; Ray only carries bytes."""
    return pickle.dumps(content)


def pickled_whole(content: object) -> bytes:
    """The same, including what other processes can't import, such as definitions in a script.

    Raises UsageError if Ray is not installed, and whatever pickle raises.
    """
    return import_ray("ray.cloudpickle").dumps(content)


def unpickled(data: bytes) -> Any:
    """The object. It is trusted, because it comes from this run's own processes."""
    return pickle.loads(data)  # noqa: S301 - see above: Ray itself unpickles them as readily
