"""coevol compare: which of two sets of responses is better?"""

from pathlib import Path
from typing import Annotated

import typer

from runners import options as o
from runners.commands.errors import errors_on_one_line
from runners.commands.evolve import SOME_FAILED

SideA = Annotated[
    Path,
    typer.Argument(
        metavar="A", help="Run or dataset to compare with: the baseline.", show_default=False
    ),
]
SideB = Annotated[
    Path | None,
    typer.Argument(
        metavar="B",
        help="Run or dataset with the same rows. Without it A is a run, whose responses are "
        "compared with its originals.",
        show_default=False,
    ),
]
Judge = Annotated[
    str, typer.Option("--judge-model", help="The judge, as for --model.", show_default=False)
]
CompareOut = Annotated[Path, typer.Option(help="Folder, or a file NAME.json.", show_default=False)]
Human = Annotated[
    Path | None,
    typer.Option(help="CSV of people's votes: position, vote (win, tie or loss of B)."),
]
Category = Annotated[
    str | None,
    typer.Option(help="Field that says what kind a row is; category or dataset if not given."),
]


def compare(
    arguments: typer.Context,
    a: SideA,
    judge_model: Judge,
    out: CompareOut,
    b: SideB = None,
    base_url: o.BaseUrl = None,
    temperature: o.Temperature = 0.0,
    top_p: o.TopP = 1.0,
    max_tokens: o.MaxTokens = 1000,
    system_role: o.SystemRole = "native",
    prompt_pack: o.PromptPack = "coevol",
    judge_mode: o.JudgeMode = "choice",
    economy: o.Economy = False,
    human: Human = None,
    category: Category = None,
    format_: o.RowFormat = None,
    map_: o.FieldMap = None,
    limit: o.Limit = None,
    concurrency: o.Concurrency = "32",
    rpm: o.Rpm = None,
    tpm: o.Tpm = None,
    timeout: o.Timeout = 300.0,
    attempts: o.Attempts = 5,
    give_up_after: o.GiveUpAfter = 30.0,
    cache: o.Cache = None,
    budget: o.Budget = None,
    max_tokens_total: o.MaxTokensTotal = None,
    price_in: o.PriceIn = None,
    price_out: o.PriceOut = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> None:
    """Compare two sets of responses by the two-order judge: wins, ties and losses of B.

    Started again, it goes on where it stopped. Exit codes as for evolve.
    """
    with errors_on_one_line():
        from runners.arguments import read_conduct, read_context, read_format
        from runners.compare import Matter, run_comparison
        from runners.comparison_report import print_report
        from runners.progress import Progress

        params = {"rounds": 1, "retry_failed": False, "max_failures": None, **arguments.params}
        context = read_context({**params, "model": judge_model})
        matter = Matter(a, b, read_format(params), category, limit, human)
        progress = Progress("json" if as_json else "quiet" if quiet else "auto")
        report, stem = run_comparison(matter, context, read_conduct(params), out, progress)
        print_report(report, stem, progress)
        if report["failed"]:
            raise typer.Exit(SOME_FAILED)
