"""Arguments that only the command line has, for several commands alike."""

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
        "--pilot", min=1, help="Evolve so many rows for it now; --cache keeps their answers."
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Even an unfinished run's: they are then paid again."),
]
Id = Annotated[str | None, typer.Option("--id", help="Id of the row.")]
