"""Numbers come out as they are spelled, also where a row is not the line that it came as."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.data.numbers import DECODER, dump
from runners.data.rows import digest
from tests.runners.commands import coevol
from tests.runners.datasets import read_jsonl

SPELLED = st.from_regex(
    r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
)
TEXTS = st.text().map(json.dumps)


def listed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lists and objects of JSON, spaced as Python does."""
    lists = st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")
    pairs = st.dictionaries(TEXTS, inner, max_size=3).map(
        lambda each: f"{{{', '.join(f'{name}: {value}' for name, value in each.items())}}}"
    )
    return lists | pairs


JSON = st.recursive(SPELLED.filter(lambda text: text != "-0") | TEXTS, listed, max_leaves=8)
NUMBERS = '"n":[1.10, 1E5, -0.0, 1e400, 0.1234567890123456789012345, 36893488147419103232]'
CHANGED = "Red, blue and green."
TALK = (
    '[{"role": "user", "content": "Name colours."}, '
    '{"role": "assistant", "content": "red, blue and green", %s}]'
)


@given(JSON)
def test_what_is_read_is_written_as_it_was_spelled(text: str) -> None:
    value = DECODER.decode(text)
    assert dump(value, is_ascii=True) == text
    assert dump(pickle.loads(pickle.dumps(value)), is_ascii=True) == text
    assert json.dumps(value) == json.dumps(json.loads(text))
    assert digest({"a": value}) == digest({"a": json.loads(text)})


def test_neither_depth_nor_circles_are_a_matter() -> None:
    deep = "[" * 700 + "1.10" + "]" * 700
    assert dump(DECODER.decode(deep)) == deep
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(ValueError, match="Circular"):
        dump(circle)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("list.json", '{"instruction":"Name colours.","output":"red, blue and green",%s}'),
        ("message.jsonl", f'{{"messages": {TALK}}}'),
        ("message.json", f'{{"messages": {TALK}}}'),
    ],
)
def test_a_run_keeps_the_spelling(tmp_path: Path, name: str, row: str) -> None:
    data, run = tmp_path / name, tmp_path / "run"
    line = row % NUMBERS
    data.write_text(f"[{line}]" if name.endswith(".json") else f"{line}\n")
    result = coevol("evolve", data, "--out", run, "--rounds", 1)
    assert result.code == 0, result.err
    evolved = (run / "evolved.jsonl").read_text()
    assert CHANGED in evolved
    assert NUMBERS.partition(":")[2] in evolved
    assert len(read_jsonl(run / "evolutions.jsonl")) == 1


def test_a_conversation_that_is_text_keeps_it_too(tmp_path: Path) -> None:
    data, run = tmp_path / "data.jsonl", tmp_path / "run"
    talk = TALK % '"n": 1.10'
    data.write_text(json.dumps({"messages": talk}) + "\n")
    assert coevol("evolve", data, "--out", run, "--rounds", 1).code == 0
    (row,) = read_jsonl(run / "evolved.jsonl")
    assert row["messages"] == talk.replace("red, blue and green", CHANGED)
