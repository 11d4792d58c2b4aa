"""The command line.

    coevol evolve examples/alpaca_small.json --out runs/demo
    coevol show runs/demo

Heavy imports stand where they are used, so that `coevol --help` answers at once.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from runners import options as o
from runners.errors import RunError

if TYPE_CHECKING:
    from runners.run import Plan

app = typer.Typer(
    name="coevol",
    help="Evolve the responses of instruction-tuning data with five debating LLM agents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_SOME_FAILED = 3
_REHEARSAL = "rehearsal: rules, no language model; responses get better form, not better content"


@app.callback()
def main() -> None:
    """Evolve the responses of instruction-tuning data with five debating LLM agents."""


@app.command()
def evolve(
    arguments: typer.Context,
    data: o.DataFile,
    out: o.Out,
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
    format_: o.RowFormat = None,
    map_: o.FieldMap = None,
    limit: o.Limit = None,
    offset: o.Offset = 0,
    where_id: o.WhereId = None,
    concurrency: o.Concurrency = "32",
    rpm: o.Rpm = None,
    tpm: o.Tpm = None,
    timeout: o.Timeout = 300.0,
    attempts: o.Attempts = 5,
    give_up_after: o.GiveUpAfter = 30.0,
    retry_failed: o.RetryFailed = False,
    max_failures: o.MaxFailures = None,
    cache: o.Cache = None,
    budget: o.Budget = None,
    max_tokens_total: o.MaxTokensTotal = None,
    price_in: o.PriceIn = None,
    price_out: o.PriceOut = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> None:
    """Evolve a dataset; started again with the same arguments, go on where it stopped.

    Exit code: 0 all rows done, 2 wrong input or settings, 3 some rows failed, 4 stopped early and
    resumable, 130 Ctrl+C.
    """
    with _errors_on_one_line():
        from runners.arguments import read_conduct, read_context, read_format
        from runners.dataset import Selection
        from runners.run import Plan

        context = read_context(arguments.params)
        selection = Selection(limit=limit, offset=offset, where_id=where_id or [])
        conduct = read_conduct(arguments.params)
        plan = Plan(data, out, context, selection, conduct, read_format(arguments.params))
        _execute(plan, quiet=quiet, as_json=as_json)


@app.command()
def resume(
    arguments: typer.Context,
    run: o.RunPath,
    concurrency: o.Concurrency = "32",
    rpm: o.Rpm = None,
    tpm: o.Tpm = None,
    timeout: o.Timeout = 300.0,
    attempts: o.Attempts = 5,
    give_up_after: o.GiveUpAfter = 30.0,
    retry_failed: o.RetryFailed = False,
    max_failures: o.MaxFailures = None,
    cache: o.Cache = None,
    budget: o.Budget = None,
    max_tokens_total: o.MaxTokensTotal = None,
    price_in: o.PriceIn = None,
    price_out: o.PriceOut = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> None:
    """Go on with a run by what its run.yaml says. Exit codes as for evolve."""
    with _errors_on_one_line():
        from runners.arguments import read_conduct
        from runners.run import plan_of

        conduct = read_conduct(arguments.params)
        _execute(plan_of(run, conduct), quiet=quiet, as_json=as_json)


@app.command()
def status(run: o.RunPath, as_json: o.Json = False) -> None:
    """Tell where a run stands, at work or not."""
    with _errors_on_one_line():
        import json

        from runners.status import read_status, status_lines

        found = read_status(run)
        print(json.dumps(found) if as_json else "\n".join(status_lines(found)))


@app.command()
def clean(run: o.RunPath) -> None:
    """Drop a run's journal of answered calls; its results stay."""
    with _errors_on_one_line():
        from runners.status import drop_journal

        print(f"{run}: {drop_journal(run)} answered calls dropped")


@app.command()
def estimate(
    arguments: typer.Context,
    data: o.DataFile,
    model: o.Model = "rehearsal",
    base_url: o.BaseUrl = None,
    positive_model: o.PositiveModel = None,
    critical_model: o.CriticalModel = None,
    advisor_model: o.AdvisorModel = None,
    editor_model: o.EditorModel = None,
    judge_model: o.JudgeModel = None,
    max_tokens: o.MaxTokens = 1000,
    rounds: o.Rounds = 3,
    format_: o.RowFormat = None,
    map_: o.FieldMap = None,
    limit: o.Limit = None,
    offset: o.Offset = 0,
    sample: o.PilotSize = None,
    cache: o.Cache = None,
    price_in: o.PriceIn = None,
    price_out: o.PriceOut = None,
) -> None:
    """Estimate calls, tokens and cost before anything is sent; with --sample, from a real pilot."""
    with _errors_on_one_line():
        from runners.arguments import read_context, read_format, read_price
        from runners.dataset import Dataset, Selection
        from runners.estimate_report import print_estimate

        context = read_context(arguments.params)
        selection = Selection(limit=limit, offset=offset)
        dataset = Dataset(data, selection, read_format(arguments.params))
        print_estimate(dataset, context, read_price(price_in, price_out), sample, cache)


@app.command()
def show(
    run: o.RunPath,
    id_: o.Id = None,
) -> None:
    """Show one row of a run before and after: by its id, else the one that changed most."""
    with _errors_on_one_line():
        from runners.show import print_sample

        print_sample(run, id_)


def _execute(plan: "Plan", *, quiet: bool, as_json: bool) -> None:
    """Do a run, say how it went, and leave with its exit code."""
    from runners.closing import print_closing
    from runners.progress import Progress
    from runners.run import execute

    progress = Progress("json" if as_json else "quiet" if quiet else "auto")
    if "rehearsal" in {settings.model for settings in plan.context.settings.values()}:
        progress.say(_REHEARSAL)
    counts = execute(plan, progress)
    print_closing(plan.out, counts, progress)
    if counts.failed:
        raise typer.Exit(_SOME_FAILED)


@contextmanager
def _errors_on_one_line() -> Generator[None]:
    """Turn an error that ends a run into its line on stderr and its exit code."""
    try:
        yield
    except RunError as error:
        print(f"coevol: {error}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None
