"""coevol report: what one run, or several side by side, did to the data."""

from pathlib import Path
from typing import Annotated

import typer

from runners.cli.errors import errors_on_one_line
from runners.cli.takes import resolved, takes
from runners.options.limits import Prices

Runs = Annotated[
    list[Path],
    typer.Argument(metavar="RUN...", help="Run folders, at work or not.", show_default=False),
]
ReportOut = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for the report; if not given, that of the single run."),
]
SpacyModel = Annotated[
    str, typer.Option(help="spaCy model that parses suggestions, by name or path.")
]
Tokenizer = Annotated[
    str,
    typer.Option(help="Unit of lengths: words, or an encoding of tiktoken such as o200k_base."),
]
Samples = Annotated[
    int, typer.Option(min=0, help="Most rows of a run to show, spread evenly over it.")
]

Comparison = Annotated[
    list[Path] | None,
    typer.Option(
        "--comparison",
        help="A comparison to add to those in the run folders: its compare.json, or the folder of "
        "it. May be repeated.",
    ),
]


@takes(Prices)
def report(
    arguments: typer.Context,
    runs: Runs,
    out: ReportOut = None,
    tokenizer: Tokenizer = "words",
    spacy_model: SpacyModel = "en_core_web_sm",
    samples: Samples = 10_000,
    comparison: Comparison = None,
) -> None:
    """Report on runs: statistics, figures and every row before and after, in one HTML file."""
    with errors_on_one_line():
        _check_extra()
        from runners.errors import UsageError
        from runners.options.pricing import read_price
        from runners.report.build import ReportPlan, make_report
        from runners.report.units import unit_of

        if out is None and len(runs) > 1:
            raise UsageError("several runs: give --out DIR for their report")
        price = read_price(resolved(arguments))
        unit = unit_of(tokenizer)
        plan = ReportPlan(runs, out or runs[0], spacy_model, unit, samples, price, comparison or ())
        made = make_report(plan)
        print(f"{made.page}: {made.size / 1e6:.1f} MB, with figures and tables beside it")
        for problem in made.problems:
            print(f"left out: {problem}")
        if made.no_parser is not None:
            print(f"Figure 3 is left out; for it: {made.no_parser}")


def _check_extra() -> None:
    """Raise UsageError if the extra `report` is not installed."""
    from runners.extras import has_report_extra, missing_extra

    if not has_report_extra():
        raise missing_extra("coevol report", "report")
