"""Rows in are rows out, whatever kind of file they are in."""

import csv
import gzip
import json
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runners.commands import coevol
from tests.runners.datasets import Fields, read_jsonl

arrow: Any = import_module("pyarrow")  # without types
parquet: Any = import_module("pyarrow.parquet")

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@st.composite
def rows_of_one_kind(draw: st.DrawFn) -> list[Fields]:
    """Rows with the same columns of text, as tables have them."""
    names = draw(st.sets(st.sampled_from(["id", "tags", "é"])))
    columns = [*sorted(names), "instruction", "output"]
    texts: dict[str, Any] = dict.fromkeys(columns, TEXT)
    row: st.SearchStrategy[Fields] = st.fixed_dictionaries(
        {**texts, "instruction": TEXT.filter(str.strip)}
    )
    rows = draw(st.lists(row, min_size=1, max_size=4))
    return [{name: each[name] for name in columns} for each in rows]


def as_jsonl(rows: list[Fields]) -> bytes:
    """Rows, one a line."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def as_printed(rows: list[Fields]) -> bytes:
    """Rows as people like to read them."""
    return "\n".join(json.dumps(row, indent=2) for row in rows).encode()


def as_csv(rows: list[Fields]) -> bytes:
    """Rows under a header line."""
    text = StringIO(newline="")
    table = csv.DictWriter(text, list(rows[0]), quoting=csv.QUOTE_ALL)
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def as_columns(rows: list[Fields]) -> bytes:
    """Rows by columns, as pandas writes them."""
    columns = {name: {str(n): row[name] for n, row in enumerate(rows)} for name in rows[0]}
    return json.dumps(columns).encode()


def save_shards(path: Path, rows: list[Fields]) -> None:
    """A folder of Parquet files, a row in each."""
    path.mkdir()
    for n, row in enumerate(rows):
        save_parquet(path / f"{n:03}.parquet", [row])


def save_parquet(path: Path, rows: list[Fields]) -> None:
    """A file of Parquet."""
    parquet.write_table(arrow.Table.from_pylist(rows), path)


def save_arrow(path: Path, rows: list[Fields]) -> None:
    """A stream of Arrow."""
    table = arrow.Table.from_pylist(rows)
    with arrow.OSFile(str(path), "wb") as file, arrow.ipc.new_stream(file, table.schema) as out:
        out.write_table(table)


WRITERS: dict[str, Callable[[Path, list[Fields]], object]] = {
    "data.jsonl": lambda path, rows: path.write_bytes(as_jsonl(rows)),
    "data.jsonl.gz": lambda path, rows: path.write_bytes(gzip.compress(as_jsonl(rows))),
    "data.jsonl.zst": lambda path, rows: path.write_bytes(zstandard.compress(as_jsonl(rows))),
    "data.json": lambda path, rows: path.write_bytes(json.dumps(rows).encode()),
    "run_on.json": lambda path, rows: path.write_bytes(as_jsonl(rows).replace(b"\n", b"")),
    "pretty.jsonl": lambda path, rows: path.write_bytes(as_printed(rows)),
    "columns.json": lambda path, rows: path.write_bytes(as_columns(rows)),
    "data.csv": lambda path, rows: path.write_bytes(as_csv(rows)),
    "data.parquet": save_parquet,
    "data.arrow": save_arrow,
    "shards": save_shards,
}
"""How the same rows come to be in every kind of file."""


@settings(max_examples=25)
@given(st.sampled_from([*WRITERS]), rows_of_one_kind())
def test_rows_in_are_rows_out(name: str, rows: list[Fields]) -> None:
    with TemporaryDirectory() as folder:
        data, run = Path(folder) / name, Path(folder) / "run"
        WRITERS[name](data, rows)
        result = coevol("evolve", data, "--out", run, "--rounds", 1, "--quiet")
        assert result.code == 0, result.err
        out = read_jsonl(run / "evolved.jsonl")
    assert [list(row) for row in out] == [list(row) for row in rows]
    assert [{**row, "output": ""} for row in out] == [{**row, "output": ""} for row in rows]
