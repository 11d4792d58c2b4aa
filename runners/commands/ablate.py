"""coevol ablate: the five settings of section 4.1 over the same rows."""

from pathlib import Path
from typing import Annotated

import typer

from runners import options as o
from runners.commands.errors import errors_on_one_line
from runners.commands.evolve import SOME_FAILED, progress_of

Folder = Annotated[
    Path,
    typer.Option(help="Folder for the five runs; existing ones go on.", show_default=False),
]


def ablate(
    arguments: typer.Context,
    data: o.DataFile,
    out: Folder,
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
    """Evolve the same rows by each of the paper's five frameworks (section 4.1), and compare them.

    The runs share their answered calls; with --judge-model each is then compared with the
    originals. Exit codes as for evolve; --budget and --max-tokens-total are for all together.
    """
    with errors_on_one_line():
        from runners.ablation import run_ablation
        from runners.ablation_report import print_report
        from runners.arguments import read_conduct, read_context, read_format
        from runners.dataset import Selection
        from runners.plan import Plan

        context = read_context(arguments.params)
        selection = Selection(limit=limit, offset=offset, where_id=where_id or [])
        conduct = read_conduct(arguments.params)
        plan = Plan(data, out, context, selection, conduct, read_format(arguments.params))
        progress = progress_of(plan, quiet=quiet, as_json=as_json)
        report = run_ablation(plan, progress)
        print_report(report, out, progress)
        if report.failed:
            raise typer.Exit(SOME_FAILED)
