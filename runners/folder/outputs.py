"""Outputs: a run's result files, written from the ledger."""

from contextlib import ExitStack

import orjson

from runners.data.dataset import Dataset
from runners.data.lines import line_of
from runners.data.rows import Row
from runners.errors import StorageError
from runners.folder.cut_off import Limits
from runners.folder.folder import RunFolder
from runners.folder.intake import recorded
from runners.folder.ledger import LedgerReader
from runners.folder.records import Record
from runners.folder.summary import Tally
from runners.storage.atomic import Replacement
from runners.storage.json_text import json_text


def write_outputs(
    folder: RunFolder, dataset: Dataset, ledger: LedgerReader, limits: Limits
) -> Tally:
    """Write evolved.jsonl, evolutions.jsonl and failures.jsonl, each whole or not at all.

    evolved.jsonl has the selected rows of the input in order, with responses replaced where an edit
    won; rows that failed before any round or are not done keep their originals. Returns the counts,
    computed with the token `limits`. Raises StorageError.
    """
    tally = Tally(limits)
    try:
        with ExitStack() as files:
            evolved, evolutions, failures = (
                files.enter_context(Replacement(path))
                for path in (folder.evolved, folder.evolutions, folder.failures)
            )
            for position, row, id_, record in recorded(dataset, ledger):
                if record is None:
                    evolved.write(_row_not_done(dataset, row))
                    continue
                tally.add(record)
                evolved.write(_row_after(dataset, row, record))
                evolutions.write(_line(position, record))
                if record.failure is not None:
                    failure = {"id": id_, "position": position, **record.failure.model_dump()}
                    failures.write(orjson.dumps(failure) + b"\n")
    except OSError as error:
        raise StorageError(f"{folder.path}: can't be written: {error.strerror}") from None
    return tally


def _row_after(dataset: Dataset, row: Row, record: Record) -> bytes:
    if record.is_bad or record.skipped is not None:
        return row.as_it_came
    return line_of(row, dataset.write(row.fields, record.changes))


def _row_not_done(dataset: Dataset, row: Row) -> bytes:
    """A remaining row: unchanged, except for traces that are dropped."""
    return row.as_it_came if row.fault is not None else line_of(row, dataset.write(row.fields, {}))


def _line(position: int, record: Record) -> bytes:
    return json_text({"position": position, **record.model_dump()}).encode() + b"\n"
