"""coevol langsmith push, coevol langsmith evaluate: datasets and experiments in LangSmith."""

from typing import Annotated

import typer

from runners import options as o
from runners.commands.errors import errors_on_one_line

langsmith = typer.Typer(
    name="langsmith",
    help="Datasets and experiments in LangSmith; LANGSMITH_API_KEY says whose.",
    no_args_is_help=True,
)

_Into = Annotated[
    str | None,
    typer.Option("--dataset", help="Name of the dataset; that of the run's folder if not given."),
]
_From = Annotated[
    str, typer.Argument(metavar="DATASET", help="Name of a dataset.", show_default=False)
]
_Prefix = Annotated[str, typer.Option(help="How the experiment's name begins.")]
_SOME_FAILED = 3


@langsmith.command()
def push(run: o.RunPath, dataset: _Into = None) -> None:
    """Make a dataset of a run's originals and evolved responses, or bring it up to date.

    Done again, it adds nothing and updates what has changed.
    """
    with errors_on_one_line():
        from runners.tracing.push import push as push_run

        name = dataset or run.resolve().name
        done = push_run(run, name)
        print(
            f"dataset {name}: {done.created} examples created, {done.updated} updated, "
            f"{done.unchanged} unchanged"
        )
        if done.left_out:
            print(f"{done.left_out} rows left out: failed or not finished")


@langsmith.command()
def evaluate(
    arguments: typer.Context,
    dataset: _From,
    experiment: _Prefix = "coevol",
    limit: o.Limit = None,
    model: o.Model = "rehearsal",
    base_url: o.BaseUrl = None,
    positive_model: o.PositiveModel = None,
    critical_model: o.CriticalModel = None,
    advisor_model: o.AdvisorModel = None,
    editor_model: o.EditorModel = None,
    judge_model: o.JudgeModel = None,
    set_: o.Set = None,
    temperature: o.Temperature = 0.0,
    top_p: o.TopP = 1.0,
    max_tokens: o.MaxTokens = 1000,
    system_role: o.SystemRole = "native",
    rounds: o.Rounds = 3,
    prompt_pack: o.PromptPack = "coevol",
    judge_mode: o.JudgeMode = "choice",
    economy: o.Economy = False,
    window: o.Window = 3,
    max_turns: o.MaxTurns = None,
    max_conversation_tokens: o.MaxConversationTokens = None,
    concurrency: o.Concurrency = "32",
    rpm: o.Rpm = None,
    tpm: o.Tpm = None,
    timeout: o.Timeout = 300.0,
    attempts: o.Attempts = 5,
    give_up_after: o.GiveUpAfter = 30.0,
    cache: o.Cache = None,
) -> None:
    """Evolve a dataset's examples as an experiment, scored by what became of them.

    Scores: accepted rounds, agreement of the judge's two orders, length over the original's. Exit
    code: 0 all examples done, 2 wrong input or settings, 3 some failed, 4 stopped early.
    """
    with errors_on_one_line():
        from runners.arguments import read_context, read_engine_options
        from runners.progress import Progress
        from runners.tracing.experiment import Plan, run_experiment

        context = read_context(arguments.params)
        options = read_engine_options(arguments.params)
        plan = Plan(dataset, context, options, experiment, limit, cache)
        done = run_experiment(plan, Progress().say)
        print(f"experiment {done.name}: {done.examples} examples, {done.failed} failed")
        for name, mean in done.means.items():
            print(f"  mean {name}: {'none' if mean is None else f'{mean:.3f}'}")
        if done.address:
            print(done.address)
        if done.failed:
            raise typer.Exit(_SOME_FAILED)
