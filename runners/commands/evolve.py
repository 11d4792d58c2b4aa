"""coevol evolve, coevol resume: do a run, or go on with it."""

from typing import TYPE_CHECKING

import typer

from runners import options as o
from runners.commands.errors import errors_on_one_line

if TYPE_CHECKING:
    from runners.plan import Plan
    from runners.progress import Progress

SOME_FAILED = 3
"""Exit code of a run in which rows have failed."""
_REHEARSAL = "rehearsal: rules, no language model; responses get better form, not better content"


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
    framework: o.Framework = "coevol",
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
    trace_sample: o.TraceSample = None,
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
    with errors_on_one_line():
        from runners.arguments import read_conduct, read_context, read_format
        from runners.dataset import Selection
        from runners.plan import Plan

        context = read_context(arguments.params)
        selection = Selection(limit=limit, offset=offset, where_id=where_id or [])
        conduct = read_conduct(arguments.params)
        rows_format = read_format(arguments.params)
        plan = Plan(data, out, context, selection, conduct, rows_format, framework)
        _execute(plan, quiet=quiet, as_json=as_json)


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
    trace_sample: o.TraceSample = None,
    budget: o.Budget = None,
    max_tokens_total: o.MaxTokensTotal = None,
    price_in: o.PriceIn = None,
    price_out: o.PriceOut = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> None:
    """Go on with a run by what its run.yaml says. Exit codes as for evolve."""
    with errors_on_one_line():
        from runners.arguments import read_conduct
        from runners.plan import plan_of

        conduct = read_conduct(arguments.params)
        _execute(plan_of(run, conduct), quiet=quiet, as_json=as_json)


def _execute(plan: "Plan", *, quiet: bool, as_json: bool) -> None:
    """Do a run, say how it went, and leave with its exit code."""
    from runners.closing import print_closing
    from runners.run import execute

    progress = progress_of(plan, quiet=quiet, as_json=as_json)
    counts = execute(plan, progress)
    print_closing(plan.out, counts, progress)
    if counts.failed:
        raise typer.Exit(SOME_FAILED)


def progress_of(plan: "Plan", *, quiet: bool, as_json: bool) -> "Progress":
    """How a run shows itself, once it has said so if no language model will speak."""
    from runners.progress import Progress

    progress = Progress("json" if as_json else "quiet" if quiet else "auto")
    if "rehearsal" in {settings.model for settings in plan.context.settings.values()}:
        progress.say(_REHEARSAL)
    return progress
