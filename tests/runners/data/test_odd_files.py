"""Files that are not a row a line, or not in UTF-8, and are read all the same."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from runners.data.run_on import is_run_on, read_run_on
from runners.data.sources import read_rows
from tests.runners.commands import Result, coevol
from tests.runners.datasets import Fields, plain, read_jsonl

ROWS: list[Fields] = [{**row, "word": "café \u201cüber\u201d\n}{"} for row in plain(4)]
NOTE = "JSON objects one after another, not a row a line: read all the same"
RUN_ON = {
    "without line breaks": "".join(map(json.dumps, ROWS)),
    "with blanks between": "  ".join(map(json.dumps, ROWS)),
    "printed for people": "\n".join(json.dumps(row, indent=2, ensure_ascii=False) for row in ROWS),
    "with a byte order mark": "\ufeff" + "\n\n".join(json.dumps(row, indent=1) for row in ROWS),
}


def evolve(data: Path, *options: object) -> Result:
    return coevol("evolve", data, "--out", data.parent / "run", "--rounds", 1, *options)


@pytest.mark.parametrize("case", RUN_ON)
@pytest.mark.parametrize("name", ["data.json", "data.jsonl"])
def test_objects_that_do_not_keep_to_lines(tmp_path: Path, case: str, name: str) -> None:
    data = tmp_path / name
    data.write_text(RUN_ON[case], "utf-8")
    result = evolve(data)
    assert result.code == 0, result.err
    assert f"{data}: {NOTE}\n" in result.err
    out = read_jsonl(tmp_path / "run" / "evolved.jsonl")
    assert [{**row, "output": None} for row in out] == [{**row, "output": None} for row in ROWS]


def test_a_table_by_columns_that_is_printed_for_people(tmp_path: Path) -> None:
    columns = {name: {str(n): row[name] for n, row in enumerate(ROWS)} for name in ROWS[0]}
    path = tmp_path / "data.json"
    path.write_text(json.dumps(columns, indent=2), "utf-8")
    assert [row.fields for row in read_rows(path)] == ROWS


def test_rows_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    rows = [ROWS[0], *({"instruction": "Why?", "output": "é" * n} for n in (90_000, 3, 200_000))]
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    assert [row.fields for row in read_rows(path)] == rows


def test_a_broken_object_among_them_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text(json.dumps(ROWS[0]) + json.dumps(ROWS[1]) + '{"instruction": ', "utf-8")
    result = evolve(data, "--bad-rows", "keep")
    assert result.code == 2
    assert f"{data}, row 3: not JSON" in result.err


@pytest.mark.parametrize(
    "start", [b'{"a": 1}\n{"b": 2}', b'{"a": 1} x', b'{"a"', b"[{}]", b"7", b"", b'{"a": 1}']
)
def test_rows_on_lines_are_read_as_such(start: bytes) -> None:
    assert not is_run_on(start)


def test_a_letter_that_is_read_by_halves() -> None:
    assert [*read_run_on(b'{"a": "\xc3', BytesIO(b'\xa9"}'), "here")] == [{"a": "é"}]


@pytest.mark.parametrize("name", ["data.jsonl", "data.json", "data.csv"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "gb18030"])
def test_another_encoding(tmp_path: Path, name: str, encoding: str) -> None:
    row = {"instruction": "Name a café.", "output": "the café is blue"}
    text = {
        "data.jsonl": json.dumps(row, ensure_ascii=False),
        "data.json": json.dumps([row], ensure_ascii=False),
        "data.csv": "instruction,output\n" + ",".join(row.values()) + "\n",
    }[name]
    data = tmp_path / name
    data.write_bytes(text.encode(encoding))
    refused = evolve(data)
    assert refused.code == 2
    assert "not UTF-8 at byte" in refused.err
    meant = "utf-16" if encoding == "utf-16" else "cp1252"
    assert f"--encoding {meant}" in refused.err
    result = evolve(data, "--encoding", encoding)
    assert result.code == 0, result.err
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl")[0]["instruction"] == "Name a café."
    out = tmp_path / "export"
    exported = coevol("export", tmp_path / "run", "--to", "messages", "--out", out)
    assert exported.code == 0, exported.err
    assert read_jsonl(out / "data.jsonl")[0]["messages"][0]["content"] == "Name a café."


def test_an_encoding_that_the_file_is_not_in(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(json.dumps(ROWS[0], ensure_ascii=False).encode("utf-8"))
    result = evolve(data, "--encoding", "ascii")
    assert f"{data}: not ascii at byte" in result.err
    unknown = evolve(data, "--encoding", "klingon")
    assert (unknown.code, "--encoding klingon: unknown" in unknown.err) == (2, True)
