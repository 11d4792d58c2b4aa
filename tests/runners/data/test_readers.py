"""No file and no row crashes a reader: rows come out, or one line that names the file."""

import csv
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from io import BytesIO, StringIO
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodes.conversation import Conversation
from nodes.state import Sample
from runners.data.formats import FORMATS, find_format
from runners.data.rows import Row, dump_row
from runners.data.sources import read_rows
from runners.data.traced_rows import write_row
from runners.errors import UsageError

arrow: Any = import_module("pyarrow")
feather: Any = import_module("pyarrow.feather")
parquet: Any = import_module("pyarrow.parquet")

ROWS = [
    {"instruction": f"Say {n}.", "output": f"tide\n\u00fc {n}", "n": n, "of": {"list": [n, None]}}
    for n in range(12)
]
LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


def written(kind: str) -> bytes:
    table, sink = arrow.Table.from_pylist(ROWS), BytesIO()
    if kind == "parquet":
        parquet.write_table(table, sink)
    elif kind == "feather":
        feather.write_feather(table, sink, compression="uncompressed")
    else:
        with arrow.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue()


def as_csv(delimiter: str = ",") -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([["instruction", "output"], *([r["instruction"], r["output"]] for r in ROWS)])
    return text.getvalue().encode()


FILES = {
    "rows.json": json.dumps(ROWS).encode(),
    "rows.jsonl": LINES,
    "rows.csv": as_csv(),
    "rows.tsv": as_csv("\t"),
    "rows.jsonl.gz": gzip.compress(LINES, mtime=0),
    "rows.jsonl.zst": zstandard.compress(LINES),
    "rows.csv.gz": gzip.compress(as_csv(), mtime=0),
    "rows.parquet": written("parquet"),
    "rows.arrow": written("arrow"),
    "rows.feather": written("feather"),
}
PACKED = [name for name in FILES if name.endswith((".gz", ".zst"))]
quick = settings(
    max_examples=40,
    derandomize=True,  # what damage does to a library in C should not differ from run to run
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def told(act: Callable[[], Any]) -> Any:
    """What comes of it, or what is said of it."""
    try:
        return act()
    except UsageError as error:
        return str(error)


def read(path: Path, data: bytes) -> int | str:
    """How many rows are in a file, or what is said of it."""
    path.write_bytes(data)
    return told(lambda: sum(1 for _ in read_rows(path)))


def is_clear(told: int | str, path: Path) -> bool:
    return isinstance(told, int) or (told.startswith(str(path)) and "\n" not in told)


@pytest.mark.parametrize("name", FILES)
@quick
@given(st.data())
def test_a_file_that_ends_anywhere(tmp_path: Path, name: str, data: st.DataObject) -> None:
    whole = FILES[name]
    end = data.draw(st.integers(0, len(whole) - 1))
    told = read(tmp_path / name, whole[:end])
    assert is_clear(told, tmp_path / name)
    if name in PACKED:
        assert isinstance(told, str), "a cut must not look like the end"


@pytest.mark.parametrize("name", FILES)
@quick
@given(st.data())
def test_a_file_with_damage_anywhere(tmp_path: Path, name: str, data: st.DataObject) -> None:
    damaged = bytearray(FILES[name])
    places = st.tuples(st.integers(0, len(damaged) - 1), st.integers(0, 255))
    for place, value in data.draw(st.lists(places, min_size=1, max_size=8)):
        damaged[place] = value
    assert is_clear(read(tmp_path / name, bytes(damaged)), tmp_path / name)


@pytest.mark.parametrize("name", FILES)
@quick
@given(st.binary(max_size=60))
def test_a_file_of_anything(tmp_path: Path, name: str, content: bytes) -> None:
    assert is_clear(read(tmp_path / name, content), tmp_path / name)
    assert is_clear(read(tmp_path / name, FILES[name][:12] + content), tmp_path / name)


cells = st.text(max_size=6)


@quick
@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=5))
def test_a_csv_comes_back_as_it_was_written(tmp_path: Path, rows: list[list[str]]) -> None:
    text = StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["instruction", "output"], *rows])
    try:
        content = text.getvalue().encode()
    except UnicodeEncodeError:  # half a surrogate pair can't stand in a file
        return
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    assert [list(row.fields.values()) for row in read_rows(path)] == rows


# Rows that are nearly right: the names that formats have, with values of every kind.
NAMES = [
    *("instruction", "input", "output", "context", "response", "prompt", "completion"),
    *("messages", "conversations", "data", "role", "content", "from", "value", "type", "text"),
]
words = st.sampled_from(["user", "assistant", "system", "human", "gpt", "tool", "text", "", "q"])
leaves = st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=3)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=2), inner, max_size=4)
    ),
    max_leaves=20,
)
rows = st.dictionaries(st.sampled_from(NAMES), values, min_size=1, max_size=5)


@settings(max_examples=300)
@given(rows, rows)
def test_no_row_crashes_a_format(first: dict[str, Any], second: dict[str, Any]) -> None:
    listed = [Row("rows.json, row 1", first), Row("rows.json, row 2", second)]
    found = told(lambda: find_format(listed))
    if isinstance(found, str):
        assert found.startswith("rows.json, row 1: no known format")
    for known, row in product(FORMATS if isinstance(found, str) else {*FORMATS, found}, listed):
        task = told(partial(known.read, row))
        if isinstance(task, str):
            assert task.startswith(row.where)
            assert "\n" not in task
        else:
            assert isinstance(task, Sample | Conversation)
            assert write_row(known, row.fields, {}) == row.fields
        assert dump_row(row.fields).count(b"\n") == 1


def test_what_parquet_takes_goes_back_to_the_system(tmp_path: Path) -> None:
    """pyarrow keeps freed pages by default; which allocator it has is settled by its import."""
    (tmp_path / "rows.parquet").write_bytes(written("parquet"))
    program = (
        "from pathlib import Path; from runners.data.sources import read_rows; "
        "list(read_rows(Path('rows.parquet'))); "
        "import pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    )
    path = os.pathsep.join(map(str, sys.path))
    environment = {**os.environ, "PYTHONPATH": path}
    environment.pop("ARROW_DEFAULT_MEMORY_POOL", None)
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "system\n"


def test_a_large_group_of_rows_is_not_held_in_memory(tmp_path: Path) -> None:
    """Parquet's groups of rows may be as large as the file, and so may a batch of Arrow's."""
    texts = [Random(n).randbytes(500).hex() for n in range(20_000)]
    table = arrow.table({"instruction": texts, "output": texts[::-1]})
    parquet.write_table(table, tmp_path / "rows.parquet", row_group_size=len(texts))
    size = (tmp_path / "rows.parquet").stat().st_size
    del table
    before = arrow.total_allocated_bytes()
    held = [arrow.total_allocated_bytes() - before for _ in read_rows(tmp_path / "rows.parquet")]
    assert len(held) == len(texts)
    assert max(held) < size / 3  # pages of a megabyte, and what comes of them
