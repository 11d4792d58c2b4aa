"""Experiment: the graph run over a LangSmith dataset, and scored there."""

import io
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from langsmith import Client, aevaluate  # pyright: ignore[reportUnknownVariableType]
from langsmith.evaluation import EvaluationResult
from langsmith.schemas import Example

from graph.coevol import build
from nodes.conversation import ConversationContext
from runners.calls import spent_table
from runners.calls.addresses import check_addresses
from runners.calls.call_options import CallOptions
from runners.calls.preflight import check_endpoints
from runners.calls.prices import prices_of
from runners.calls.run_admission import RunAdmission
from runners.calls.spending import Budget, Spending
from runners.data.formats import Task
from runners.data.rows import digest
from runners.errors import RunError, UsageError, usage_errors
from runners.langsmith.examples import ExampleTracer, evaluator_of, read_example
from runners.run.engine import Engine
from runners.run.event_loop import interruptible, run_in_event_loop
from runners.storage import journal
from runners.storage.database import Database
from runners.storage.journal import Journal
from runners.tracing.client import connected
from runners.tracing.scores import Feedback, outcome_of

_WINDOW = 4
"""Examples open for each call that may be in flight."""


class RowFailed(Exception):
    """A row that could not be evolved: the experiment shows it as an error."""


class Experiment(NamedTuple):
    """How an experiment went."""

    name: str
    address: str | None
    """Where LangSmith shows it."""
    examples: int
    failed: int
    means: dict[str, float | None]
    """Each score's mean over the examples that have one."""


class ExperimentPlan(NamedTuple):
    """What a person asked for."""

    dataset: str
    context: ConversationContext
    options: CallOptions
    prefix: str = "coevol"
    limit: int | None = None
    cache: Path | None = None


def run_experiment(plan: ExperimentPlan, say: Callable[[str], None]) -> Experiment:
    """Evolve every example of the dataset as one experiment. Raises RunError."""
    with usage_errors():
        plan.context.pack.hash  # noqa: B018 - loaded, or refused, before anything is sent
        prices = prices_of(plan.context, None)
        check_addresses(plan.context.settings.values())
    found: list[Experiment] = []
    with connected() as client, _database(plan.cache) as database:
        examples = list(client.list_examples(dataset_name=plan.dataset, limit=plan.limit))
        if not examples:
            raise UsageError(f"LangSmith: dataset {plan.dataset} has no examples")
        tasks = {digest(example.inputs or {}): read_example(example) for example in examples}
        say(f"{len(examples)} examples; LangSmith shows the experiment as it grows")

        async def run() -> None:
            await check_endpoints(plan.context.settings.values())
            journal_ = Journal(database, shared=plan.cache is not None)
            admission = RunAdmission(plan.options, journal_, Spending(database, prices, Budget()))
            graph, tracer = build(judges_in_turn=plan.context.economy), ExampleTracer(client)
            engine = Engine(plan.context, plan.options, admission, graph, tracer)
            try:
                with interruptible(engine, say):
                    found.append(await _evaluate(plan, client, engine, examples, tasks))
            finally:
                await engine.close()

        run_in_event_loop(run())
    return found[0]


async def _evaluate(
    plan: ExperimentPlan,
    client: Client,
    engine: Engine,
    examples: list[Example],
    tasks: Mapping[str, Task],
) -> Experiment:
    stopped: list[RunError] = []

    async def evolve(inputs: dict[str, Any]) -> dict[str, Any]:
        try:
            record = await engine.evolve(tasks[digest(inputs)])
        except RunError as reason:
            stopped.append(reason)
            engine.stop(reason)
            raise
        if record.failure is not None:
            raise RowFailed(f"{record.failure.stage}: {record.failure.message}")
        return outcome_of(record)

    with redirect_stdout(io.StringIO()):  # it prints an address, which the command does as well
        results = await aevaluate(
            evolve,
            data=examples,
            evaluators=[evaluator_of(key) for key in Feedback._fields],
            experiment_prefix=plan.prefix,
            metadata=_metadata(plan.context),
            max_concurrency=_WINDOW * plan.options.concurrency[1],
            client=client,
            disable_evaluator_tracing=True,
        )
    if stopped:
        raise stopped[0]
    rows = [row async for row in results]
    failed = sum(row["run"].error is not None for row in rows)
    given = [each for row in rows for each in row["evaluation_results"].get("results", [])]
    means = {key: _mean(key, given) for key in Feedback._fields}
    address = await results.get_comparison_url()
    return Experiment(results.experiment_name, address, len(rows), failed, means)


@contextmanager
def _database(cache: Path | None) -> Generator[Database]:
    """Where answers and counts are kept: in the journal that was asked for, or for now."""
    with TemporaryDirectory(prefix="coevol-experiment-") as folder:
        path = cache or Path(folder) / "answers.db"
        with closing(Database(path, journal.SCHEMA + spent_table.SCHEMA)) as database:
            yield database


def _metadata(context: ConversationContext) -> dict[str, Any]:
    told = context.model_dump(exclude_defaults=True, exclude={"base_url", "role_settings"})
    return {"model": context.model, "prompt_pack_sha256": context.pack.hash, **told}


def _mean(key: str, results: list[EvaluationResult]) -> float | None:
    scores = [float(each.score) for each in results if each.key == key and each.score is not None]
    return sum(scores) / len(scores) if scores else None
