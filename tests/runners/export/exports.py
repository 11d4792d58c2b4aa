"""Runs for the tests of exports, and what stands in the folders that come out."""

from pathlib import Path
from typing import Any

import yaml

from tests.runners.commands import Result, coevol
from tests.runners.datasets import Fields, read_jsonl
from tests.support.rows import write_jsonl

SHORT = "red, blue and green"
"""A response that the rehearsal model makes better."""


def run_of(folder: Path, rows: list[Fields], *options: object, name: str = "run") -> Path:
    """Evolve rows with the rehearsal model."""
    data, run = write_jsonl(folder / f"{name}.jsonl", rows), folder / name
    result = coevol("evolve", data, "--out", run, "--quiet", *options)
    assert result.code == 0, result.err
    return run


def exported(run: Path, to: str, *options: object) -> Path:
    """Export a run to a folder beside it."""
    out = run.parent / f"{run.name}-{to}"
    result = export(run, to, out, *options)
    assert result.code == 0, result.err
    return out


def export(run: Path, to: str, out: Path, *options: object) -> Result:
    """Run coevol export."""
    return coevol("export", run, "--to", to, "--out", out, *options)


def rows_of(run: Path, to: str, *options: object) -> list[Fields]:
    """The rows of an export that has one file of them."""
    (path,) = exported(run, to, *options).rglob("*.jsonl")
    return read_jsonl(path)


def evolved_rows(run: Path) -> list[Fields]:
    """A run's rows in the shape of its input."""
    return read_jsonl(run / "evolved.jsonl")


def records_of(run: Path) -> list[Fields]:
    """A run's records, in the order of its rows."""
    return read_jsonl(run / "evolutions.jsonl")


def read_yaml(path: Path) -> Any:
    """Read settings."""
    return yaml.safe_load(path.read_text("utf-8"))


def talk(*texts: str, system: str | None = None, **others: Any) -> Fields:
    """A ShareGPT row with questions and answers in turn."""
    said = [
        {"from": ("human", "gpt")[number % 2], "value": text} for number, text in enumerate(texts)
    ]
    opening = [] if system is None else [{"from": "system", "value": system}]
    return {**others, "conversations": [*opening, *said]}


def answer_of(row: Fields) -> str:
    """The last answer of a row in any layout."""
    if "output" in row:
        return row["output"]
    last = (row.get("messages") or row["conversations"])[-1]
    return last.get("content", last.get("value"))
