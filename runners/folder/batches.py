"""A run's pending batches, as shown to the user."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from runners.storage.batch_table import Batch, BatchReader
from runners.storage.reader import DatabaseReader


def batches_out(database: DatabaseReader) -> list[dict[str, Any]]:
    """The batches that are not completely collected, oldest first, as JSON."""
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
    """A line for each pending batch."""
    return [
        f"batch   {each['id'] or 'perhaps sent'}: {each['calls']:,} calls, "
        f"{each['answered']:,} answered, {each['status'] or 'not heard of'}, "
        f"for {timedelta(seconds=each['age_seconds'])}"
        for each in batches
    ]


def left_out_there(run: Path, database: DatabaseReader) -> str | None:
    """What a run that ends leaves pending; None if nothing."""
    batches = BatchReader(database).out()
    if not batches:
        return None
    calls = sum(each.lines for each in batches)
    are = "1 batch is" if len(batches) == 1 else f"{len(batches)} batches are"
    return (
        f"{are} out there, with {calls:,} calls: coevol resume {run} takes the answers, "
        f"coevol cancel {run} gives up what is not answered"
    )
