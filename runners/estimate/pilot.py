"""Pilot: an estimate from a real run over a few rows, spread evenly over the dataset."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from graph.frameworks import Framework
from nodes.conversation import ConversationContext
from runners.calls.spent import Spent
from runners.data.choice import EVERY_ROW, Choice
from runners.data.dataset import Dataset, Selection
from runners.errors import RunError, UsageError
from runners.estimate.estimate import Estimate
from runners.folder.intake import take_down
from runners.folder.ledger import SCHEMA, Ledger
from runners.folder.status import read_status
from runners.run.execute import execute
from runners.run.plan import Conduct, Plan
from runners.run.progress import Progress
from runners.storage.database import Database


class Pilot(NamedTuple):
    """A pilot that was run."""

    rows: int
    """Rows that it evolved: fewer than were asked for if there are no more."""
    failed: int
    estimate: Estimate


def run_pilot(
    dataset: Dataset,
    context: ConversationContext,
    size: int,
    conduct: Conduct,
    progress: Progress,
    framework: Framework = "coevol",
    choice: Choice = EVERY_ROW,
) -> Pilot:
    """Evolve `size` rows, spread evenly, and scale what they used up to all rows.

    With `conduct.cache`, the run itself will find their answers there. Raises UsageError if there
    is no row to evolve, RunError if none of the pilot's finished, and what a run raises.
    """
    with TemporaryDirectory(prefix="coevol-pilot-") as folder:
        ids = _ids_to_evolve(dataset, context, choice, Path(folder) / "rows.db")
        if not ids:
            raise UsageError(f"{dataset.name}: has no row to evolve, so there is nothing to pilot")
        chosen = [ids[index * len(ids) // size] for index in range(min(size, len(ids)))]
        run = Path(folder) / "run"
        plan = Plan(
            dataset.path,
            run,
            context,
            Selection(where_id=chosen),
            conduct._replace(trace_sample=0.0),
            dataset.format,
            framework,
            bad_rows=dataset.bad_rows,
            traces=dataset.traces,
            encoding=dataset.encoding,
        )
        counts = execute(plan, progress)
        if not counts.finished:
            raise RunError("--pilot: all of its rows failed, so they tell nothing about the others")
        status = read_status(run, conduct.price)
    scaled = _scaled(status, len(ids), by=len(ids) / counts.finished)
    return Pilot(len(chosen), counts.failed, scaled)


def _scaled(status: Mapping[str, Any], rows: int, by: float) -> Estimate:
    """The estimate for all rows from the status of the pilot."""
    spent = Spent(*(round(count * by) for count in _spent(status)))
    cost, saved = (
        None if status[name] is None else status[name] * by for name in ("cost_usd", "saved_usd")
    )
    return Estimate(rows, spent, cost, saved)


def _spent(status: Mapping[str, Any]) -> Spent:
    """What the pilot used, from its status."""
    calls, tokens = status["calls"]["answered"], status["tokens"]
    return Spent(
        calls=calls,
        untold=calls if tokens["input"] is None else 0,
        input_tokens=tokens["input"] or 0,
        output_tokens=tokens["output"] or 0,
        reasoning_told=calls if tokens["reasoning"] is not None else 0,
        reasoning_tokens=tokens["reasoning"] or 0,
        cached_told=calls if "cached" in tokens else 0,
        cached_tokens=tokens.get("cached", 0),
        cache_written_tokens=tokens.get("cache_written", 0),
        cache_written_1h_tokens=tokens.get("cache_written_1h", 0),
    )


def _ids_to_evolve(
    dataset: Dataset, context: ConversationContext, choice: Choice, scratch: Path
) -> list[str]:
    """The ids of the rows that a run would evolve; `scratch` is a file for its ledger."""
    with closing(Database(scratch, SCHEMA)) as database:
        take_down(dataset, database, context, choice)
        return [id_ for _, id_ in Ledger(database).todo()]
