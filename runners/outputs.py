"""Outputs: what a run leaves for people and trainers, written from the ledger."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import orjson

from runners.dataset import Dataset
from runners.errors import StorageError
from runners.evolution import Record
from runners.ledger import Ledger
from runners.rows import dump_row
from runners.run_folder import RunFolder
from runners.summary import Tally


def write_outputs(folder: RunFolder, dataset: Dataset, ledger: Ledger) -> Tally:
    """Write evolved.jsonl, evolutions.jsonl and failures.jsonl, each whole or not at all.

    evolved.jsonl has each selected row of the input, in order, its response replaced if an edit
    won; rows that failed or are not finished keep their originals. Returns what was counted on the
    way. Raises StorageError.
    """
    tally = Tally()
    try:
        with ExitStack() as files:
            evolved, evolutions, failures = (
                files.enter_context(_Replacement(path))
                for path in (folder.evolved, folder.evolutions, folder.failures)
            )
            for position, row, id_, evolution in dataset.recorded(ledger):
                if evolution is None:
                    evolved.write(dump_row(row.fields))
                    continue
                tally.add(evolution)
                evolved.write(dump_row(dataset.format.write(row.fields, evolution.changes)))
                evolutions.write(_line(position, evolution))
                if evolution.failure is not None:
                    failure = {"id": id_, "position": position, **evolution.failure.model_dump()}
                    failures.write(orjson.dumps(failure) + b"\n")
    except OSError as error:
        raise StorageError(f"{folder.path}: can't be written: {error.strerror}") from None
    return tally


def _line(position: int, evolution: Record) -> bytes:
    record = {"position": position, **evolution.model_dump()}
    return orjson.dumps(record) + b"\n"


class _Replacement:
    """A file that takes another's place when all of it is on the disk."""

    def __init__(self, path: Path) -> None:
        self._path, self._half = path, path.with_name(f"{path.name}.tmp")

    def __enter__(self) -> BinaryIO:
        self._file = self._half.open("wb")
        return self._file

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        with self._file:
            if error is None:
                self._file.flush()
                os.fsync(self._file.fileno())
        if error is None:
            self._half.replace(self._path)
        else:
            self._half.unlink(missing_ok=True)
