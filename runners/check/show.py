"""Rows with flaws, on the terminal or as JSON."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console, Group

from runners.check.check import CheckedRow
from runners.folder.show import boxed


def print_rows(rows: Iterable[CheckedRow], run: Path, flaw: str) -> None:
    """Print the responses with a flaw before and after, or say that there are none."""
    found = False
    for row in rows:
        found = True
        _print(row, flaw)
    if not found:
        print(f"{run}: no changed row has the flaw {flaw}")


def _print(row: CheckedRow, flaw: str) -> None:
    for exchange, flaws in row.exchanges:
        if flaw in flaws:
            Console().print(
                Group(
                    boxed(exchange.request.strip(), f"row {row.position}, id {row.id}"),
                    boxed(exchange.original, "before"),
                    boxed(exchange.response, f"after: {', '.join(flaws)}"),
                )
            )


def as_dict(row: CheckedRow) -> dict[str, Any]:
    """A row with all its changed responses, as JSON has it."""
    changed = [
        {
            "request": exchange.request,
            "original": exchange.original,
            "response": exchange.response,
            "finish_reason": exchange.finish_reason,
            "flaws": flaws,
        }
        for exchange, flaws in row.exchanges
    ]
    return {"position": row.position, "id": row.id, "changed": changed}
