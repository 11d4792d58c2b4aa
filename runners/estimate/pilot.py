"""Pilot: an estimate from a real run over a few rows, spread evenly over the dataset."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graph.frameworks import Framework
from nodes.conversation import ConversationContext
from runners.calls.spent import Spent
from runners.data.choice import EVERY_ROW, Choice
from runners.data.dataset import Dataset, Selection
from runners.estimate.estimate import Estimate
from runners.folder.intake import take_down
from runners.folder.ledger import SCHEMA, Ledger
from runners.folder.status import read_status
from runners.run.execute import execute
from runners.run.plan import Conduct, Plan
from runners.run.progress import Progress
from runners.storage.database import Database


def run_pilot(
    dataset: Dataset,
    context: ConversationContext,
    size: int,
    conduct: Conduct,
    progress: Progress,
    framework: Framework = "coevol",
    choice: Choice = EVERY_ROW,
) -> Estimate:
    """Evolve `size` rows and scale what they took to all rows.

    With `conduct.cache` the answers are kept for the run itself. Raises RunError as a run does.
    """
    with TemporaryDirectory(prefix="coevol-pilot-") as folder:
        ids = _all_ids(dataset, context, choice, Path(folder) / "rows.db")
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
        status = read_status(run, conduct.price)
    scale = len(ids) / max(counts.finished, 1)
    scaled = Spent(*(round(count * scale) for count in _spent(status)))
    cost, saved = (
        None if status[name] is None else status[name] * scale for name in ("cost_usd", "saved_usd")
    )
    return Estimate(len(ids), scaled, cost, saved)


def _spent(status: Mapping[str, Any]) -> Spent:
    """What the pilot took, by its status."""
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


def _all_ids(
    dataset: Dataset, context: ConversationContext, choice: Choice, scratch: Path
) -> list[str]:
    with closing(Database(scratch, SCHEMA)) as database:
        take_down(dataset, database, context, choice)
        return [id_ for _, id_ in Ledger(database).todo()]
