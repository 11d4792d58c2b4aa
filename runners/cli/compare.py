"""coevol compare: which of two sets of responses is better?"""

from pathlib import Path
from typing import Annotated

import typer

from runners.cli.errors import errors_on_one_line
from runners.cli.evolve import SOME_FAILED
from runners.cli.takes import required, resolved, takes
from runners.cli.telling import telling
from runners.options.judging import CompareOptions
from runners.options.output import Telling

SideA = Annotated[
    str,
    typer.Argument(metavar="A", help="Run or dataset that is the baseline.", show_default=False),
]
SideB = Annotated[
    str | None,
    typer.Argument(
        metavar="B",
        help="Run or dataset with the same rows. Without it, A is a run whose responses are "
        "compared with its originals.",
        show_default=False,
    ),
]
CompareOut = Annotated[Path, typer.Option(help="Folder, or a file NAME.json.", show_default=False)]
Human = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|RUN",
        help="CSV of people's votes: position, vote (win, tie or loss of B), and turn in "
        "conversations. Or a run that people have reviewed: the judge compares the same rounds.",
    ),
]
Category = Annotated[
    str | None,
    typer.Option(help="Field with the kind of a row; if not given, category or dataset."),
]


@takes(CompareOptions, Telling)
def compare(
    arguments: typer.Context,
    a: SideA,
    out: CompareOut,
    b: SideB = None,
    human: Human = None,
    category: Category = None,
) -> None:
    """Compare two sets of responses with a judge in both orders: wins, ties and losses of B.

    Run again, it resumes where it stopped. Exit codes as for evolve.
    """
    with errors_on_one_line():
        from runners.comparison.files import beside_stem, stem_of
        from runners.comparison.run import Matter, run_comparison
        from runners.comparison.table import print_comparison
        from runners.data.stores import location_of
        from runners.options.arguments import read_conduct, read_format, read_judges

        params = resolved(arguments)
        required(params, "judge_model")
        context = read_judges(params)
        sides = location_of(a), None if b is None else location_of(b)
        votes = None if human is None else location_of(human)
        matter = Matter(*sides, read_format(params), category, params["limit"], votes)
        with telling(params, out, beside_stem(stem_of(out), ".json")) as progress:
            report, stem = run_comparison(matter, context, read_conduct(params), out, progress)
            print_comparison(report, stem, progress)
            if report.failed:
                raise typer.Exit(SOME_FAILED)
