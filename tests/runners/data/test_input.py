"""Input that can't be used ends a run before it begins, with one line that says where and why."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runners.data.formats import find_format
from runners.data.rows import dump_row
from runners.data.sources import read_rows
from runners.errors import UsageError
from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import evolved, read_jsonl
from tests.support.server import serve

GOOD = {"instruction": "Say hello.", "input": "", "output": "Hello."}


def with_field(field: str, value: object) -> bytes:
    """Three rows as a JSON list, the second with another value in one field."""
    return json.dumps([GOOD, {**GOOD, field: value}, GOOD]).encode()


def without(field: str) -> bytes:
    """Three rows as a JSON list, the third without one field."""
    return json.dumps([GOOD, GOOD, {k: v for k, v in GOOD.items() if k != field}]).encode()


LINE = json.dumps(GOOD).encode() + b"\n"
BAD = {
    "not JSON": (b"[{,]", "data: not JSON", "at column 3"),
    "not JSON further down": (b"[\n {,]", "data: not JSON", "at line 2 column 3"),
    "half a row": (LINE + b'{"a": 3\n' + LINE, "row 2: not JSON", "delimiter at column 8;"),
    "cut off": (b'[{"instruction": "a"', "data: not JSON"),
    "prose": (b"Dear reader,\nhello\n", "data, row 1: not JSON", "JSON list of rows, or JSONL"),
    "number": (b"42", "data, row 1: not an object", "42"),
    "list of texts": (b'[{"instruction": "a", "output": "b"}, "c"]', "data, row 2", '"c"'),
    "text file of JSON texts": (LINE + b'"c"\n', "data, row 2: not an object"),
    "empty file": (b"", "data: holds no rows"),
    "blank file": (b" \n\n\t\n", "data: holds no rows"),
    "BOM alone": (b"\xef\xbb\xbf", "data"),
    "empty list": (b"[]", "data: holds no rows"),
    "not UTF-8": (b'[{"instruction": "caf\xe9"}]', "data: not UTF-8 at byte 21"),
    "UTF-16": (json.dumps([GOOD]).encode("utf-16"), "not UTF-8 at byte 0; it begins as UTF-16"),
    "not UTF-8 in JSONL": (LINE + LINE.replace(b"Hello.", b"\xff"), "data, row 2: not UTF-8"),
    "bad line in the middle": (LINE + b'{"instruction": \n' + LINE, "data, row 2: not JSON"),
    "nested too deeply": (b"[" * 100_000, "data: "),
    "endless number": (b'[{"n": ' + b"1" * 5000 + b"}]", "data: not JSON"),
    "no instruction": (without("instruction"), "data, row 3, field instruction: missing", "output"),
    "no output": (without("output"), "data, row 3, field output: missing", "instruction, input"),
    "null instruction": (with_field("instruction", None), "row 2, field instruction", "null"),
    "null output": (with_field("output", None), "data, row 2, field output", "null"),
    "number for a text": (with_field("output", 7), "data, row 2, field output", "int"),
    "list for a text": (with_field("instruction", ["a"]), "row 2, field instruction", "list"),
    "object for an input": (with_field("input", {}), "data, row 2, field input", "dict"),
    "empty instruction": (with_field("instruction", " \n"), "row 2, field instruction: empty"),
    "half a surrogate": (with_field("output", "\ud83d"), "data, row 2, field output: "),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_named_and_nothing_is_begun(tmp_path: Path, case: str) -> None:
    content, *words = BAD[case]
    data = tmp_path / "data"
    data.write_bytes(content)
    check_refused(tmp_path, data, *words)


def check_refused(folder: Path, data: Path, *words: str) -> None:
    with serve() as server:
        result = coevol("evolve", data, "--out", folder / "run", *at(server))
        assert not server.requests
    assert result.code == 2
    assert result.out == ""
    assert_one_line(result.err, str(data), *words)
    assert not (folder / "run").exists()


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    check_refused(tmp_path, tmp_path / "nowhere.json", "No such file")
    (tmp_path / "folder").mkdir()
    check_refused(tmp_path, tmp_path / "folder", "a folder without dataset files")


FINE = {
    "empty output": json.dumps([{**GOOD, "output": ""}, GOOD]).encode(),
    "null input": with_field("input", None),
    "missing input": without("input"),
    "BOM": b"\xef\xbb\xbf" + json.dumps([GOOD]).encode(),
    "BOM before JSONL": b"\xef\xbb\xbf" + LINE * 2,
    "Windows JSONL": LINE.replace(b"\n", b"\r\n") * 2,
    "blank lines": b"\n" + LINE + b"\n  \n" + LINE + b"\n",
    "no line end": LINE + LINE.strip(),
    "line separators in a text": LINE.replace(b"Hello.", "a\u2028b\x85c".encode()),
    "odd fields": LINE.replace(b"{", b'{"": null, "\\ud83d": "\\udc00", "n": 1e2, '),
}


@pytest.mark.parametrize("case", FINE)
def test_odd_input_is_fine(tmp_path: Path, case: str) -> None:
    data, run = tmp_path / "data", tmp_path / "run"
    data.write_bytes(FINE[case])
    given_rows = [row.fields for row in read_rows(data)]
    with serve() as server:
        result = coevol("evolve", data, "--out", run, "--rounds", 1, *at(server))
    assert result.code == 0, result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(given_rows, max_rounds=1)


def complaint_about(data: Path) -> str | None:
    """What is said of a file that can't be read as rows."""
    try:
        for row in read_rows(data):
            dump_row(row.fields)
            find_format([row]).read(row)
    except UsageError as error:
        return str(error)
    return None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["instruction", "input", "output"]) | st.text(), inner, max_size=4
        )
    ),
    max_leaves=12,
)
LISTS = JSON.map(lambda value: json.dumps(value).encode())
LINES = st.lists(LISTS, max_size=4).map(b"\n".join)
STARTS = st.sampled_from([b"", b"[", b"{", b"\xef\xbb\xbf"])


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STARTS, st.binary(max_size=200) | LISTS | LINES)
def test_any_bytes_are_rows_or_a_clear_error(tmp_path: Path, start: bytes, rest: bytes) -> None:
    data = tmp_path / "data"
    data.write_bytes(start + rest)
    complaint = complaint_about(data)
    assert complaint is None or complaint.startswith(str(data))
    assert complaint is None or "\n" not in complaint


@settings(max_examples=200)
@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_a_row_comes_back_from_its_line(fields: dict[str, object]) -> None:
    line = dump_row(fields)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.dumps(json.loads(line)) == json.dumps(fields)


def test_the_first_rows_of_a_stream_need_no_last_ones(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(LINE + b"never read")
    assert next(read_rows(data))[:2] == (f"{data}, row 1", GOOD)
    run = tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, "--limit", 1, *at(server)).code == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved([GOOD])
