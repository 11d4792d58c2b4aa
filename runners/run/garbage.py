"""Garbage collection: made to run rarely, and only over objects of the run.

Imported modules live as long as the process; scanning them again and again takes a sixth of a start
and a fifth of a call's CPU (docs/performance.md). A run's own objects are freed with their last
reference: 19,000 calls left 300 objects in cycles, including LangGraph's.
"""

import gc
import threading
from collections.abc import Generator
from contextlib import contextmanager

_SELDOM = (500_000, 20, 100)
"""Some 640 open samples are 400,000 live objects: scanning a tenth of them takes 0.05 s."""
_tuned = threading.Lock()


def collect_seldom() -> None:
    """Collect garbage rarely for the rest of the process."""
    gc.set_threshold(*_SELDOM)


@contextmanager
def little_garbage_collection() -> Generator[None]:
    """Collect rarely, and only objects created in the block; a nested block changes nothing."""
    if not _tuned.acquire(blocking=False):
        yield
        return
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
        _tuned.release()
