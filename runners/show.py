"""Show: one row of a run before and after, on the terminal."""

from contextlib import closing
from pathlib import Path

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from runners.database import Database
from runners.errors import UsageError
from runners.evolution import Evolution
from runners.ledger import Ledger
from runners.run import SCHEMA
from runners.run_folder import RunFolder


def print_sample(run: Path, id: str | None) -> None:
    """Print a row by its id, or the one with the most accepted rounds.

    Raises UsageError if there is no such run or row.
    """
    evolution = _find(run, id)
    request = evolution.instruction + (f"\n\n{evolution.input}" if evolution.input else "")
    Console().print(
        Group(
            _panel(request, f"sample {evolution.id}"),
            _panel(evolution.original_response, "before"),
            _panel(evolution.response, f"after {evolution.accepted} accepted rounds"),
        )
    )


def _find(run: Path, id: str | None) -> Evolution:
    folder = RunFolder(run)
    if not folder.database.exists():
        raise UsageError(f"{run}: no run there")
    with closing(Database(folder.database, SCHEMA)) as database:
        found = Ledger(database).find(id) if id else Ledger(database).most_evolved()
    if found is None:
        raise UsageError(f"{run}: no finished row{f' with id {id}' if id else ''}")
    return found


def _panel(text: str, title: str) -> Panel:
    return Panel(Text(text or "(empty)"), title=title, title_align="left")
