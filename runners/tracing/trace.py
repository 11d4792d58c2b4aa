"""The interface through which the engine traces a row."""

from contextlib import AbstractContextManager
from typing import Protocol

from langchain_core.runnables import RunnableConfig

from runners.data.formats import Task
from runners.folder.records import Record


class RowTrace:
    """The trace of one row; empty for a row that is not traced."""

    def __init__(self, config: RunnableConfig | None = None) -> None:
        self.config = config
        """The config with which the graph is run; None for a row that is not traced."""
        self.record: Record | None = None
        """The row's record, set by the engine once the graph has ended."""


class Tracer(Protocol):
    """Traces rows."""

    def place(self, id: str, position: int) -> None:
        """Note the position in the dataset of a row that will be evolved soon."""
        ...

    def row(self, task: Task) -> AbstractContextManager[RowTrace]:
        """Trace a row for as long as the block lasts."""
        ...
