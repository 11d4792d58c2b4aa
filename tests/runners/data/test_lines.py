"""Lines of JSONL come out byte for byte as they came in, but for what was evolved."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.data.lines import line_of
from runners.data.rows import Fields, Row
from tests.runners.commands import coevol
from tests.runners.datasets import read_jsonl

ODD = (
    b' {"v":1.10 , "e":1E5,"instruction":"Name a caf\\u00e9.","output":"it is,blue"'
    b',"long":0.1234567890123456789012345,"far":1e400,"half":"\\ud83d" }\r\n'
)
"""A row that would be another text if it were read and written anew."""

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["a", "b", "output", "é", '"', "\ud83d", ""])
SPELLINGS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"separators": st.sampled_from([(",", ":"), (", ", ": "), (" , ", "\t:  ")])}
)


def as_row(line: bytes) -> Row:
    return Row("data, row 1", json.loads(line), line)


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.text(), st.booleans(), SPELLINGS)
def test_all_other_fields_keep_their_spelling(
    fields: Fields, output: str, is_there: bool, spelling: dict[str, Any]
) -> None:
    before = {**fields, "output": "so it is"} if is_there else fields
    row = as_row(json.dumps(before, **spelling).encode())
    after = {**row.fields, "output": output}
    line = line_of(row, after)
    assert json.dumps(json.loads(line)) == json.dumps(after)
    assert line.count(b"\n") == 1
    for name, value in fields.items():
        if name != "output":
            colon = spelling["separators"][1]
            assert f"{json.dumps(name)}{colon}{json.dumps(value, **spelling)}".encode() in line


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5), st.data())
def test_a_field_that_goes_takes_nothing_with_it(fields: Fields, data: st.DataObject) -> None:
    row = as_row(json.dumps(fields).encode())
    gone = data.draw(st.sampled_from(sorted(fields)))
    after = {name: value for name, value in row.fields.items() if name != gone}
    assert line_of(row, after) == json.dumps(after).encode() + b"\n"


def test_of_a_name_that_stands_there_twice_both_are_replaced() -> None:
    row = as_row(b'{"output": "a", "n": 1e5, "output": "b"}')
    line = line_of(row, {**row.fields, "output": "c"})
    assert line == b'{"output": "c", "n": 1e5, "output": "c"}\n'


def test_a_row_that_was_no_line_is_written_as_one() -> None:
    row = Row("data, row 1", {"output": "a", "n": 1})
    assert line_of(row, {**row.fields, "output": "é"}) == '{"output": "é", "n": 1}\n'.encode()


@pytest.mark.parametrize("options", [(), ("--where", "e < 3")])
def test_a_run_leaves_all_but_the_response(tmp_path: Path, options: tuple[str, ...]) -> None:
    data, run = tmp_path / "data.jsonl", tmp_path / "run"
    data.write_bytes(ODD * 2)
    result = coevol("evolve", data, "--out", run, "--model", "rehearsal", *options)
    assert result.code == 0, result.err
    (evolved, _) = read_jsonl(run / "evolved.jsonl")
    assert (evolved["output"] == "it is,blue") == bool(options)
    expected = ODD.replace(b'"it is,blue"', json.dumps(evolved["output"]).encode())
    assert (run / "evolved.jsonl").read_bytes() == expected * 2
