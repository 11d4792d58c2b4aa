"""The dataset that a run produced, read from its folder row by row."""

from collections.abc import Iterator
from json import JSONDecoder
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter

from runners.data.json_fields import json_in
from runners.data.rows import Fields
from runners.errors import UsageError
from runners.folder.folder import RunFolder
from runners.folder.ledger import Counts
from runners.folder.opened import find_run
from runners.folder.records import Record, TaggedRecord
from runners.folder.summary import read_summary

_RECORD: TypeAdapter[Record] = TypeAdapter(TaggedRecord)
_DECODER = JSONDecoder()


class EvolvedDataset:
    """The result of a run: iterate over it for the rows, in their original order.

        evolved = EvolvedDataset("runs/mine")
        rows = list(evolved)

    Nothing is held in memory: each iteration reads the run's files. The rows are those of
    evolved.jsonl; a row that failed or was not reached is unchanged.
    """

    def __init__(self, out: str | Path) -> None:
        """Open the folder of a run that has ended. Raises UsageError if there is none."""
        self._folder = RunFolder(Path(out))
        try:
            self.summary: dict[str, Any] = read_summary(self._folder.summary)
        except FileNotFoundError:
            find_run(Path(out))
            raise UsageError(f"{out}: not ended yet; coevol resume {out} goes on") from None
        rows = self.summary["rows"]
        self.counts = Counts(*(rows[name] for name in Counts._fields))

    @property
    def out(self) -> Path:
        """The run folder."""
        return self._folder.path

    def __len__(self) -> int:
        """The number of rows."""
        return self.counts.rows

    def __iter__(self) -> Iterator[Fields]:
        """Yield the rows with all their fields, except bad rows that are not JSON objects."""
        with self._folder.evolved.open("rb") as lines:
            for line in lines:
                fields = json_in(line, _DECODER)
                if isinstance(fields, dict):
                    yield cast("Fields", fields)

    def records(self) -> Iterator[Record]:
        """Yield the record of each row that is done: its rounds, or why it failed."""
        with self._folder.evolutions.open("rb") as lines:
            for line in lines:
                yield _RECORD.validate_json(line)

    def __repr__(self) -> str:
        counts = ", ".join(f"{name}={count}" for name, count in self.counts._asdict().items())
        return f"{type(self).__name__}({str(self.out)!r}, {counts})"
