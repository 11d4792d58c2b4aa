"""coevol review: people judge rounds of a run, by default those that its judge could not tell."""

from pathlib import Path
from typing import Annotated

import typer

from runners.cli import options as o
from runners.cli.errors import errors_on_one_line

Sample = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Show this many of all judged rounds; if not given, those that flipped or were a tie.",
    ),
]
By = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Who reviews, if several people do: each has their own verdicts.",
        show_default=False,
    ),
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 for any free one.")]
Open = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
Results = Annotated[
    bool,
    typer.Option("--results", help="Only report what people have said so far, beside the judge."),
]


def review(
    run: o.RunPath,
    sample: Sample = None,
    by: By = "",
    port: Port = 0,
    open_: Open = False,
    results: Results = False,
    as_json: o.Json = False,
) -> None:
    """Let people judge rounds, blind, on a page on this machine; each verdict is kept at once.

    Run again, it resumes where it stopped. coevol compare and export --human take the verdicts.
    """
    with errors_on_one_line():
        from runners.errors import UsageError
        from runners.people.report import results_of, review_lines

        if as_json and not results:
            raise UsageError("--json: only with --results")
        if not results:
            _serve(run, sample, by, port, opens=open_)
        found = results_of(run)
        if found is None:
            print(f"{run}: nobody has reviewed it yet")
        else:
            print(found.model_dump_json() if as_json else "\n".join(review_lines(found)))


def _serve(run: Path, sample: int | None, by: str, port: int, *, opens: bool) -> None:
    from runners.extras import import_extra

    import_extra("jinja2", "coevol review", "report")
    from runners.review.run import serve_review
    from runners.review.session import ReviewRequest

    serve_review(ReviewRequest(run, sample, by), port, _say, opens=opens)


def _say(line: str) -> None:
    print(line, flush=True)
