"""A run's pending batches, as shown to the user."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from nodes.counted import counted
from runners.errors import UsageError
from runners.storage.batch_table import Batch, BatchReader
from runners.storage.reader import DatabaseReader


def batches_out(database: DatabaseReader) -> list[dict[str, Any]]:
    """The batches that are not completely collected, oldest first, as JSON."""
    table = BatchReader(database)
    return [_told(each, table.roles(each.token)) for each in table.out()]


def batches_back(database: DatabaseReader) -> dict[str, Any]:
    """How many batches came back with answers, and after how long, as JSON has it."""
    seconds = BatchReader(database).durations()
    return {"count": len(seconds), "median_seconds": round(median(seconds)) if seconds else None}


def _told(batch: Batch, roles: list[str]) -> dict[str, Any]:
    return {
        "id": batch.id,
        "model": batch.model,
        "status": batch.status,
        "calls": batch.lines,
        "roles": roles,
        "answered": batch.answered,
        "age_seconds": round(time.time() - batch.made),
    }


def out_there_lines(batches: list[dict[str, Any]], back: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each pending batch, and one for how long those that are back took."""
    for each in batches:
        yield (
            f"batch   {each['id'] or 'perhaps sent'}: {each['calls']:,} calls, "
            f"{each['answered']:,} answered, {each['status'] or 'not heard of'}, "
            f"for {timedelta(seconds=each['age_seconds'])}; waits for {_waits_for(each)}"
        )
    if batches and back["count"]:
        came_back = f"{counted(back['count'], 'batch', 'batches')} came back"
        yield f"        {came_back}, after {timedelta(seconds=back['median_seconds'])} (median)"


def _waits_for(batch: dict[str, Any]) -> str:
    """What must happen before the answers of a batch are there."""
    if batch["id"] is None:
        return f"coevol to find it at {batch['model']}"
    return f"{batch['model']} to answer {' and '.join(batch['roles'])}"


def left_out_there(run: Path, database: DatabaseReader) -> str | None:
    """What a run that ends leaves pending; None if nothing."""
    if (pending := _pending(database)) is None:
        return None
    return (
        f"{pending}: coevol resume {run} --engine batch takes the answers, "
        f"coevol cancel {run} gives up what is not answered"
    )


def check_none_left(run: Path, database: DatabaseReader) -> None:
    """Raise UsageError if batches are pending: calls sent in another way would be paid again."""
    if (pending := _pending(database)) is not None:
        hint = "--engine batch takes the answers; sent in another way, they are paid again"
        raise UsageError(f"{run}: {pending}; {hint}")


def _pending(database: DatabaseReader) -> str | None:
    """How many batches, and calls in them, are not completely collected; None if there are none."""
    batches = BatchReader(database).out()
    if not batches:
        return None
    calls = sum(each.lines for each in batches)
    are = "1 batch is" if len(batches) == 1 else f"{len(batches)} batches are"
    return f"{are} out there, with {calls:,} calls"
