"""Watchers: who watches work from outside, beside the person who has started it."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from runners.calls.observer import CallObserver
from runners.folder.records import Record
from runners.run.watch import Watch


class Watcher(CallObserver, Protocol):
    """Who hears of each call and each row, and may look where the work stands."""

    def row(self, record: Record) -> None:
        """Hear of a row that is done, and on the disk."""
        ...

    def follow(self, view: Watch) -> AbstractAsyncContextManager[None]:
        """Watch the work for as long as the block lasts, in its event loop."""
        ...
