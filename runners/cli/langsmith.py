"""coevol langsmith push, evaluate, queue, verdicts: datasets, experiments and people's reviews."""

from pathlib import Path
from typing import Annotated

import typer

from nodes.counted import counted
from nodes.options import Agents, Conversations, Judging, RoundLimit, Sampling
from runners.cli import options as o
from runners.cli.errors import errors_on_one_line
from runners.cli.evolve import SOME_FAILED
from runners.cli.review import Sample
from runners.cli.takes import resolved, takes
from runners.options.calls import Calls
from runners.options.run import Caching

langsmith = typer.Typer(
    name="langsmith",
    help="Datasets, experiments and reviews in LangSmith; LANGSMITH_API_KEY says whose.",
    no_args_is_help=True,
    add_completion=False,  # the app's own is enough
)

_Into = Annotated[
    str | None,
    typer.Option("--dataset", help="Name of the dataset; if not given, that of the run's folder."),
]
_From = Annotated[
    str, typer.Argument(metavar="DATASET", help="Name of a dataset.", show_default=False)
]
_Prefix = Annotated[str, typer.Option(help="Beginning of the experiment's name.")]
_Queue = Annotated[
    str | None,
    typer.Option("--queue", help="Name of the queue; if not given, review of RUN's folder."),
]


@langsmith.command()
def push(run: o.RunPath, dataset: _Into = None) -> None:
    """Make a dataset of a run's originals and evolved responses, or update it.

    Run again, it adds nothing, and updates what has changed.
    """
    with errors_on_one_line():
        from runners.langsmith.push import push as push_run

        name = dataset or run.resolve().name
        done = push_run(run, name)
        created = counted(done.created, "example")
        print(
            f"dataset {name}: {created} created, {done.updated:,} updated, "
            f"{done.unchanged:,} unchanged"
        )
        if done.left_out:
            print(f"{counted(done.left_out, 'row')} left out: failed or not finished")


@langsmith.command()
@takes(Agents, Sampling, RoundLimit, Judging, Conversations, Calls, Caching, "limit")
def evaluate(
    arguments: typer.Context,
    dataset: _From,
    experiment: _Prefix = "coevol",
) -> None:
    """Evolve the examples of a dataset as an experiment, and score them.

    Scores are accepted rounds, agreement of the judge's two orders, share of verdicts that could be
    read, length over the original's and others (docs/langsmith.md). Exit code: 0 all examples done,
    2 wrong input or settings, 3 some failed, 4 stopped early.
    """
    with errors_on_one_line():
        from runners.langsmith.experiment import ExperimentPlan, run_experiment
        from runners.options.arguments import read_conduct, read_context
        from runners.run.progress import Progress

        params = resolved(arguments)
        context, conduct = read_context(params), read_conduct(params)
        plan = ExperimentPlan(
            dataset, context, conduct.options, experiment, params["limit"], conduct.cache
        )
        done = run_experiment(plan, Progress().say)
        print(f"experiment {done.name}: {counted(done.examples, 'example')}, {done.failed} failed")
        for name, mean in done.means.items():
            print(f"  mean {name}: {'none' if mean is None else f'{mean:.3f}'}")
        if done.address:
            print(done.address)
        if done.failed:
            raise typer.Exit(SOME_FAILED)


@langsmith.command()
def queue(run: o.RunPath, name: _Queue = None, sample: Sample = None) -> None:
    """Have people review rounds of a run, blind, in an annotation queue in LangSmith.

    Run again, it adds only what is new.
    """
    with errors_on_one_line():
        from runners.langsmith.queue import queue_rounds

        named = _queue_of(run, name)
        done = queue_rounds(run, named, sample)
        added = counted(done.added, "round")
        print(f"queue {named}: {added} added, {done.there:,} there already")


@langsmith.command()
def verdicts(run: o.RunPath, name: _Queue = None) -> None:
    """Add what people said in a queue to the run's review, as if said in coevol review.

    Run again, it adds what is new, and takes back what was taken back in LangSmith.
    """
    with errors_on_one_line():
        from runners.langsmith.verdicts import fetch_verdicts

        named = _queue_of(run, name)
        done = fetch_verdicts(run, named)
        print(
            f"queue {named}: {counted(done.new, 'new verdict')}, {done.known:,} known already, "
            f"{done.taken_back:,} taken back"
        )
        if done.unread:
            print(f"{counted(done.unread, 'answer')} ignored: not among those that were offered")
        if done.outdated:
            print(f"{counted(done.outdated, 'round')} ignored: changed in the run since")


def _queue_of(run: Path, name: str | None) -> str:
    return name or f"review of {run.resolve().name}"
