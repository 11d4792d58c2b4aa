"""Arguments that only the command line has, shared by several commands."""

from pathlib import Path
from typing import Annotated

import typer

from runners.cli.completion import run_folders

RunPath = Annotated[
    Path,
    typer.Argument(
        metavar="RUN", help="Run folder.", show_default=False, autocompletion=run_folders
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PilotSize = Annotated[
    int | None,
    typer.Option(
        "--pilot",
        min=1,
        help="Evolve this many rows now, and scale up what they use. With --cache the run "
        "finds their answers.",
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Even if the run is unfinished, and will pay for them again."),
]
Id = Annotated[str | None, typer.Option("--id", help="Id of the row.")]
