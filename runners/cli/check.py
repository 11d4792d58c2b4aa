"""coevol check: what may be wrong with the changed responses."""

from typing import Annotated

import typer

from runners.cli import options as o
from runners.cli.errors import errors_on_one_line

Longest = Annotated[
    float, typer.Option(min=0.1, help="Most times as long as its original that a response may be.")
]
ShownFlaw = Annotated[
    str | None, typer.Option("--show", metavar="FLAW", help="Show the rows with this flaw.")
]
CheckJson = Annotated[
    bool, typer.Option("--json", help="Print JSON; with --show, one line per row.")
]


def check(
    run: o.RunPath,
    longest: Longest = 10.0,
    show: ShownFlaw = None,
    as_json: CheckJson = False,
) -> None:
    """Count the flaws of changed responses, such as refusals or leaked prompts; or show them.

    A flaw is a reason to look, not a proof. What the original response already had is none.
    """
    with errors_on_one_line():
        import json

        from runners.check.check import check_lines, read_check, rows_with
        from runners.check.show import as_dict, print_rows

        if show is not None:
            rows = rows_with(run, show, longest)
            if as_json:
                for row in rows:
                    print(json.dumps(as_dict(row)))
            else:
                print_rows(rows, run, show)
            return
        found = read_check(run, longest)
        print(json.dumps(found) if as_json else "\n".join(check_lines(found)))
