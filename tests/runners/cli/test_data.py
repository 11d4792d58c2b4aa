"""coevol data: what is in a dataset, before anything is run."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import assert_one_line, coevol
from tests.runners.datasets import Fields, plain, write_json
from tests.support.rows import write_jsonl

ENGLISH = "The tide comes in twice a day, and it takes the sand castles with it when it goes."


def looked_at(data: Path, *options: object) -> dict[str, Any]:
    result = coevol("data", data, "--json", *options)
    assert result.code == 0, result.err
    return json.loads(result.out)


def row(number: int, **fields: object) -> Fields:
    return {**plain(number + 1)[number], **fields}


def test_what_is_in_a_dataset(tmp_path: Path) -> None:
    rows = [
        row(0, output=ENGLISH),
        row(1, output=""),
        row(0, output=ENGLISH),
        row(0, output="Another."),
        row(2, image="a.png"),
        row(3, output=None),
        row(4, output="<think>Hm.</think>Two."),
        row(5, output="long " * 9000),
    ]
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    with data.open("a") as file:
        file.write("{broken\n")
    found = looked_at(data)
    assert found["format"] == "alpaca"
    assert "instruction, input, output" in found["found_by"]
    expected = {"rows": 9, "samples": 6, "empty": 1, "thinking": 1, "too_long": 1}
    expected |= {"duplicates": 1, "asked_again": 1, "conversations": 0, "passed": {"media": 1}}
    assert {name: found[name] for name in expected} == expected
    reasons = sorted(found["bad"])
    assert reasons[0] == "field output: must be text, but is null"
    assert reasons[1].startswith("not JSON: ")
    assert found["languages"]["en"] == 2
    assert sum(found["responses"].values()) == 6
    assert found["example"]["response"] == ENGLISH


def test_turns_and_history_are_counted_as_the_agents_see_them(tmp_path: Path) -> None:
    messages = [
        {"from": "human", "value": "Hello?"},
        {"from": "gpt", "value": "Yes."},
        {"from": "human", "value": "And now?"},
        {"from": "gpt", "value": "No."},
    ]
    found = looked_at(write_json(tmp_path / "data.json", [{"conversations": messages}]))
    assert (found["format"], found["conversations"], found["samples"]) == ("sharegpt", 1, 2)
    assert found["example"]["instruction"].endswith("USER: Hello? ASSISTANT:")


def test_turns_that_would_be_left_are_told_with_their_reason(tmp_path: Path) -> None:
    picture = [{"type": "image_url", "image_url": {"url": "a.png"}}]
    talk = [
        {"role": "user", "content": "What is the tide like?"},
        {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "tide"}}]},
        {"role": "tool", "content": "high"},
        {"role": "assistant", "content": "It is high."},
    ]
    seen = [{"role": "user", "content": picture}, {"role": "assistant", "content": "A clock."}]
    data = write_json(tmp_path / "data.json", [{"messages": talk}, {"messages": seen}])
    found = looked_at(data)
    assert (found["turns"], found["samples"], found["passed"]) == (3, 1, {})
    assert found["skipped"] == {"tool_call": 1, "instruction_not_text": 1}
    said = coevol("data", data).out
    assert "2 rows, 2 of them conversations with 3 turns" in said
    assert "untouched   1 turn whose question has parts other than text, such as an image" in said


def test_a_person_reads_it(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", [*plain(9), row(3, output=7)])
    result = coevol("data", data, "--limit", 10, "--context", 100)
    assert result.code == 0, result.err
    for words in (
        "10 rows, 0 of them conversations",
        "format      alpaca, by the fields instruction, input, output",
        "1 x field output: must be text, but is int",
        "9 responses for a context of 100 tokens",
        "responses, in characters",
        "Describe row 0.",
    ):
        assert words in result.out
    assert list(tmp_path.iterdir()) == [data]


def test_it_says_how_an_odd_file_is_read(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text("".join(json.dumps(each) for each in plain(3)), "utf-8")
    result = coevol("data", data)
    assert (result.code, "3 rows" in result.out) == (0, True), result.err
    assert "JSON objects one after another, not a row a line: read all the same" in result.out


@pytest.mark.parametrize("content", ["", '{"a": 1}\n'])
def test_what_is_no_dataset_is_one_line(tmp_path: Path, content: str) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text(content)
    result = coevol("data", data)
    assert (result.code, result.out) == (2, "")
    assert_one_line(result.err, str(data))
