"""Experiment: evolves the examples of a LangSmith dataset, and has them scored there."""

import io
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from langsmith import Client, aevaluate  # pyright: ignore[reportUnknownVariableType]
from langsmith.evaluation import EvaluationResult

from graph.coevol import build
from nodes.conversation import ConversationContext
from nodes.counted import counted
from runners.calls import spent_table
from runners.calls.addresses import check_addresses
from runners.calls.call_options import CallOptions
from runners.calls.preflight import check_endpoints
from runners.calls.prices import prices_of
from runners.calls.run_admission import RunAdmission
from runners.calls.spending import Budget, Spending
from runners.errors import RunError, UsageError, usage_errors
from runners.langsmith.examples import ExampleTasks, ExampleTracer, evaluator_of
from runners.run.engine import Engine
from runners.run.event_loop import interruptible, run_in_event_loop
from runners.storage import journal
from runners.storage.database import Database
from runners.storage.journal import Journal
from runners.tracing.client import connected
from runners.tracing.scores import Feedback, outcome_of

_WINDOW = 4
"""Open examples per call that may be in flight: an example makes most calls one after another."""


class RowFailed(Exception):
    """An example could not be evolved; the experiment shows it as an error."""


class Experiment(NamedTuple):
    """The result of an experiment."""

    name: str
    address: str | None
    """Where LangSmith shows it; None if it does not say."""
    examples: int
    failed: int
    means: dict[str, float | None]
    """The mean of each score over the examples that have it; None if none has."""


class ExperimentPlan(NamedTuple):
    """A requested experiment."""

    dataset: str
    context: ConversationContext
    options: CallOptions
    prefix: str = "coevol"
    """How the experiment's name begins."""
    limit: int | None = None
    """Most examples to evolve."""
    cache: Path | None = None
    """A journal to share; None for one that is removed afterwards."""


def run_experiment(plan: ExperimentPlan, say: Callable[[str], None]) -> Experiment:
    """Evolve every example of a dataset as one experiment; `say` is given lines for the user.

    All examples are read before the first call, so that none is paid for if another does not fit.
    Raises UsageError for settings or examples that can't be used, and the RunError that ended it.
    """
    with usage_errors():
        plan.context.pack.hash  # noqa: B018 - loaded, or refused, before anything is sent
        prices = prices_of(plan.context, None)
        check_addresses(plan.context.settings.values())
    with connected() as client, _database(plan.cache) as database:
        examples = ExampleTasks(client.list_examples(dataset_name=plan.dataset, limit=plan.limit))
        if not examples.listed:
            raise UsageError(f"LangSmith: dataset {plan.dataset} has no examples")
        count = counted(len(examples.listed), "example")
        say(f"{count}; LangSmith shows the experiment as it grows")
        spending = Spending(database, prices, Budget())
        journal_ = Journal(database, shared=plan.cache is not None)
        return run_in_event_loop(_run(plan, client, examples, journal_, spending, say))


async def _run(
    plan: ExperimentPlan,
    client: Client,
    examples: ExampleTasks,
    journal: Journal,
    spending: Spending,
    say: Callable[[str], None],
) -> Experiment:
    """Run the experiment in an engine, which Ctrl+C stops."""
    await check_endpoints(plan.context.settings.values())
    admission = RunAdmission(plan.options, journal, spending)
    graph, tracer = build(judges_in_turn=plan.context.economy), ExampleTracer(client)
    engine = Engine(plan.context, plan.options, admission, graph, tracer)
    try:
        with interruptible(engine, say):
            return await _evaluate(plan, client, _Evolving(engine, examples))
    finally:
        await engine.close()


class _Evolving:
    """Evolves examples for LangSmith, which goes on with the others when one raises an error."""

    def __init__(self, engine: Engine, examples: ExampleTasks) -> None:
        self._engine, self.examples = engine, examples
        self.stopped: RunError | None = None
        """What ended the run; None if nothing has."""

    async def evolve(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the outputs of an example. Raises RowFailed, or the RunError that ends the run."""
        try:
            record = await self._engine.evolve(self.examples.task_of(inputs))
        except RunError as reason:
            self.stopped = self.stopped or reason
            self._engine.stop(reason)
            raise
        if record.failure is not None:
            raise RowFailed(f"{record.failure.stage}: {record.failure.message}")
        return outcome_of(record)


async def _evaluate(plan: ExperimentPlan, client: Client, evolving: _Evolving) -> Experiment:
    """Have LangSmith evolve and score all examples. Raises the RunError that ended the run."""
    with redirect_stdout(io.StringIO()):  # LangSmith prints an address, as the command does itself
        results = await aevaluate(
            evolving.evolve,
            data=evolving.examples.listed,
            evaluators=[evaluator_of(key) for key in Feedback._fields],
            experiment_prefix=plan.prefix,
            metadata=_metadata(plan.context),
            max_concurrency=_WINDOW * plan.options.concurrency[1],
            client=client,
            disable_evaluator_tracing=True,
        )
    if evolving.stopped is not None:
        raise evolving.stopped
    rows = [row async for row in results]
    failed = sum(row["run"].error is not None for row in rows)
    given = [each for row in rows for each in row["evaluation_results"].get("results", [])]
    means = {key: _mean(key, given) for key in Feedback._fields}
    address = await results.get_comparison_url()
    return Experiment(results.experiment_name, address, len(rows), failed, means)


@contextmanager
def _database(cache: Path | None) -> Generator[Database]:
    """The database for answers and spending: the shared journal, or a temporary one."""
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
