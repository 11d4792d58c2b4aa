"""Watchers: observe work from outside, besides the user who started it."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from runners.calls.observer import CallObserver
from runners.folder.records import Record
from runners.run.watch import Watch


class Watcher(CallObserver, Protocol):
    """Is told about each row, and may look at the state of the work."""

    def row(self, record: Record) -> None:
        """A row is done and committed."""
        ...

    def follow(self, view: Watch) -> AbstractAsyncContextManager[None]:
        """Watch the work while the block lasts, in its event loop."""
        ...
