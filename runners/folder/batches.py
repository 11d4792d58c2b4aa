"""What a run has out there in batches, for people."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from runners.storage.batch_table import Batch, BatchReader
from runners.storage.reader import DatabaseReader


def batches_out(database: DatabaseReader) -> list[dict[str, Any]]:
    """The batches of which not all was taken, the oldest first, as JSON has them."""
    return [_told(each) for each in BatchReader(database).out()]


def _told(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "model": batch.model,
        "status": batch.status,
        "calls": batch.lines,
        "answered": batch.answered,
        "age_seconds": round(time.time() - batch.made),
    }


def out_there_lines(batches: list[dict[str, Any]]) -> list[str]:
    """Write for people what is out there, a line for each batch."""
    return [
        f"batch   {each['id'] or 'perhaps sent'}: {each['calls']:,} calls, "
        f"{each['answered']:,} answered, {each['status'] or 'not heard of'}, "
        f"for {timedelta(seconds=each['age_seconds'])}"
        for each in batches
    ]


def left_out_there(run: Path, database: DatabaseReader) -> str | None:
    """Say what a run that ends leaves out there; None if that is nothing."""
    batches = BatchReader(database).out()
    if not batches:
        return None
    calls = sum(each.lines for each in batches)
    are = "1 batch is" if len(batches) == 1 else f"{len(batches)} batches are"
    return (
        f"{are} out there, with {calls:,} calls: coevol resume {run} takes the answers, "
        f"coevol cancel {run} gives up what is not answered"
    )
