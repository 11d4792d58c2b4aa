"""Files: the same rows come out of every kind of file that holds them."""

import csv
import gzip
import json
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import zstandard

from runners.data.sources import read_rows
from runners.errors import UsageError
from tests.runners.commands import coevol
from tests.runners.datasets import Fields, read_jsonl

# Untyped packages.
arrow: Any = import_module("pyarrow")
feather: Any = import_module("pyarrow.feather")
parquet: Any = import_module("pyarrow.parquet")

ROWS: list[Fields] = [
    {
        "id": str(number),
        "instruction": f"Say {number}, \u201cplease\u201d.",
        "output": f"a\n{number}",
    }
    for number in range(5)
]
JSONL = "".join(f"{json.dumps(row)}\n" for row in ROWS)


def csv_bytes(delimiter: str = ",") -> bytes:
    file = StringIO(newline="")
    writer = csv.DictWriter(file, ROWS[0], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    return file.getvalue().encode()


def write_arrow_stream(path: Path) -> None:
    table = arrow.Table.from_pylist(ROWS)
    with arrow.OSFile(str(path), "wb") as sink, arrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


WRITERS: dict[str, Callable[[Path], object]] = {
    "rows.json": lambda path: path.write_text(json.dumps(ROWS, indent=2)),
    "rows.jsonl": lambda path: path.write_text(JSONL),
    "rows.data": lambda path: path.write_text(JSONL),
    "rows.JSONL": lambda path: path.write_text(JSONL),
    "rows.jsonl.gz": lambda path: path.write_bytes(gzip.compress(JSONL.encode())),
    "rows.json.zst": lambda path: path.write_bytes(zstandard.compress(json.dumps(ROWS).encode())),
    "rows.jsonl.zst": lambda path: path.write_bytes(zstandard.compress(JSONL.encode())),
    "rows.frames.jsonl.zst": lambda path: path.write_bytes(
        b"".join(zstandard.compress(line) for line in JSONL.encode().splitlines(keepends=True))
    ),
    "rows.members.jsonl.gz": lambda path: path.write_bytes(
        b"".join(gzip.compress(line) for line in JSONL.encode().splitlines(keepends=True))
    ),
    "rows.csv.gz": lambda path: path.write_bytes(gzip.compress(csv_bytes())),
    "rows.bom.csv": lambda path: path.write_bytes(b"\xef\xbb\xbf" + csv_bytes()),
    "rows.csv": lambda path: path.write_bytes(csv_bytes()),
    "rows.tsv": lambda path: path.write_bytes(csv_bytes("\t")),
    "rows.parquet": lambda path: parquet.write_table(arrow.Table.from_pylist(ROWS), path),
    "rows.arrow": write_arrow_stream,
    "rows.feather": lambda path: feather.write_feather(arrow.Table.from_pylist(ROWS), path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    rows = list(read_rows(tmp_path / name))
    assert [row.fields for row in rows] == ROWS
    assert [list(row.fields) for row in rows] == [list(row) for row in ROWS]
    assert rows[2].where == f"{tmp_path / name}, row 3"


def test_a_folder_of_shards_in_name_order(tmp_path: Path) -> None:
    for number, row in reversed(list(enumerate(ROWS))):
        (tmp_path / f"part-{number}.jsonl").write_text(json.dumps(row))
    (tmp_path / "README.md").write_text("not data")
    assert [row.fields for row in read_rows(tmp_path)] == ROWS


def test_a_run_over_a_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    parquet.write_table(arrow.Table.from_pylist(ROWS), data / "0.parquet")
    assert coevol("evolve", data, "--out", tmp_path / "run").code == 0
    evolved = read_jsonl(tmp_path / "run" / "evolved.jsonl")
    assert [row["id"] for row in evolved] == [row["id"] for row in ROWS]
    assert "nothing to do" in coevol("resume", tmp_path / "run").err


BROKEN: list[tuple[str, bytes, str]] = [
    ("rows.jsonl.gz", b"not gzip", "can't be read"),
    ("rows.jsonl.gz", gzip.compress(JSONL.encode())[:40], "can't be read"),
    ("rows.jsonl.gz", gzip.compress(JSONL.encode()) + b"junk", "can't be read"),
    ("rows.jsonl.zst", b"not zstandard", "can't be read"),
    ("rows.jsonl.zst", zstandard.compress(JSONL.encode())[:-3], "middle of a frame"),
    ("rows.jsonl.zst", zstandard.compress(JSONL.encode()) + b"junk", "can't be read"),
    ("rows.jsonl.zst", b"", "holds no rows"),
    ("rows.json.gz", b"", "holds no rows"),
    ("rows.jsonl", JSONL.encode("utf-16"), "--encoding utf-16"),
    ("rows.parquet", b"not parquet", "not Parquet"),
    ("rows.parquet", b"", "not Parquet"),
    ("rows.parquet.gz", b"", "not Parquet"),
    ("rows.arrow", b"not arrow", "not Arrow"),
    ("rows.arrow", b"", "not Arrow"),
    ("rows.feather", b"", "not Arrow"),
    ("rows.csv", b"a,b\n1,2\n1\n", "row 2: not 2 columns"),
    ("rows.csv", b"a,b\n1,2,3\n", "row 1: not 2 columns"),
    ("rows.csv", b"a,b,a\n1,2,3\n", "names the column 'a' twice"),
    ("rows.csv", b'a,b\n1,"2\n', "row 1: not CSV"),
    ("rows.csv", b"a,b\n\xff,2\n", "not UTF-8"),
    ("rows.csv", "a,b\n1,2\n".encode("utf-16"), "--encoding utf-16"),
    ("rows.csv", b"a,b\n", "holds no rows"),
    ("rows.csv", b"", "holds no rows"),
]


def in_an_id(value: str | bytes) -> str:
    """A parameter in the name of a test: bytes of gzip hold the time, and workers must agree."""
    return value if isinstance(value, str) else f"{len(value)} bytes"


@pytest.mark.parametrize(("name", "data", "message"), BROKEN, ids=in_an_id)
def test_a_broken_file_is_one_clear_line(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=message) as error:
        list(read_rows(tmp_path / name))
    assert str(tmp_path / name) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_field_of_a_csv_may_be_huge(tmp_path: Path) -> None:
    long = "tide, clock\n" * 50_000
    text = f'instruction,output\nTell it.,"{long}"\n'
    (tmp_path / "rows.csv").write_bytes(text.encode())
    (row,) = read_rows(tmp_path / "rows.csv")
    assert row.fields == {"instruction": "Tell it.", "output": long}


def test_values_that_python_has_no_type_for(tmp_path: Path) -> None:
    days = arrow.array([2**30], arrow.date32())  # about three million years from now
    parquet.write_table(arrow.table({"at": days}), tmp_path / "rows.parquet")
    with pytest.raises(UsageError, match=r"rows\.parquet: not Parquet that can be read: days="):
        list(read_rows(tmp_path / "rows.parquet"))


@pytest.mark.parametrize("name", ["rows.parquet", "rows.arrow"])
def test_a_table_with_two_columns_of_one_name_is_refused(tmp_path: Path, name: str) -> None:
    table = arrow.Table.from_arrays([[1], [2]], ["a", "a"])
    if name.endswith("parquet"):
        parquet.write_table(table, tmp_path / name)
    else:
        with arrow.ipc.new_stream(tmp_path / name, table.schema) as writer:
            writer.write_table(table)
    with pytest.raises(UsageError, match=f"{name}: names the column 'a' twice; rename one"):
        list(read_rows(tmp_path / name))


def test_a_folder_as_datasets_saves_it(tmp_path: Path) -> None:
    write_arrow_stream(tmp_path / "data-00000-of-00001.arrow")
    for name in ("dataset_info.json", "state.json", "dataset_dict.json", ".hidden.json"):
        (tmp_path / name).write_text('{\n  "features": {}\n}')
    (tmp_path / "more.json").mkdir()
    assert [row.fields for row in read_rows(tmp_path)] == ROWS


def test_a_folder_of_packed_and_plain_shards(tmp_path: Path) -> None:
    lines = [f"{json.dumps(row)}\n".encode() for row in ROWS]
    (tmp_path / "0.jsonl").write_bytes(lines[0])
    (tmp_path / "1.json").write_bytes(b"[" + lines[1] + b"]")
    (tmp_path / "2.jsonl.gz").write_bytes(gzip.compress(lines[2]))
    (tmp_path / "3.jsonl.zst").write_bytes(zstandard.compress(lines[3] + lines[4]))
    rows = list(read_rows(tmp_path))
    assert [row.fields for row in rows] == ROWS
    assert rows[4].where == f"{tmp_path / '3.jsonl.zst'}, row 2"


def test_a_folder_of_several_kinds_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(JSONL)
    (tmp_path / "b.csv").write_bytes(csv_bytes())
    with pytest.raises(UsageError, match=r"more than one kind, such as a\.jsonl and b\.csv"):
        list(read_rows(tmp_path))


def test_the_folder_of_a_run_is_no_dataset(tmp_path: Path) -> None:
    data, run = tmp_path / "data.jsonl", tmp_path / "run"
    data.write_text(JSONL, "utf-8")
    assert coevol("evolve", data, "--out", run).code == 0
    looked = coevol("data", run)
    assert looked.code == 2
    assert f"{run}: the folder of a run; its dataset is {run}/evolved.jsonl" in looked.err
    assert coevol("data", run / "evolved.jsonl").code == 0


def test_a_shard_that_is_not_there_is_missed(tmp_path: Path) -> None:
    (tmp_path / "0.jsonl").write_text(JSONL)
    (tmp_path / "1.jsonl").symlink_to(tmp_path / "gone.jsonl")
    with pytest.raises(UsageError, match=r"1\.jsonl: can't be read: No such file"):
        list(read_rows(tmp_path))


def test_a_folder_without_data(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="without dataset files"):
        list(read_rows(tmp_path))


@pytest.mark.parametrize("name", WRITERS)
def test_rows_that_are_not_asked_for_change_no_others(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    rows = list(read_rows(tmp_path / name))
    for unread in (1, 2, 4, 5, 9):
        found = list(read_rows(tmp_path / name, unread=unread))
        assert len(found) == len(rows)
        assert found[unread:] == rows[unread:]


def test_a_row_that_is_not_asked_for_is_not_read(tmp_path: Path) -> None:
    for number, row in enumerate(ROWS):
        third = "[" if number == 2 else json.dumps(row)
        (tmp_path / f"part-{number}.jsonl").write_text(f"{json.dumps(row)}\n" * 2 + third)
    faults = [row.fault for row in read_rows(tmp_path, unread=8, bad_rows=True)]
    assert "part-2.jsonl, row 3: not JSON" in str(faults[8])
    rows = list(read_rows(tmp_path, unread=9))
    assert [row.fields for row in rows][9:] == [row for row in ROWS[3:] for _ in range(3)]
