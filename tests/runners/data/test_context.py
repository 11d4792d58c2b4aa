"""What came before a row's question: agents see it, laid out as conversations are; it stays."""

from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import Fields, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import serve

ROW: Fields = {"id": 7, "instruction": "And low water?", "input": "", "output": "at noon it is"}
PAIRS = [["Hello!", "Ahoy."], ["When is high water?", "At six."]]
TALK = "USER: Hello! ASSISTANT: Ahoy.</s>USER: When is high water? ASSISTANT: At six.</s>"
PIRATE = "Talk like a pirate."

# Columns of a row, and what agents are told: instruction and input.
SEEN: dict[str, tuple[Fields, tuple[str, str]]] = {
    "both": (
        {"system": PIRATE, "history": PAIRS},
        (f"{PIRATE} {TALK}USER: And low water? ASSISTANT:", ""),
    ),
    "an input, which belongs to the question": (
        {"system": PIRATE, "history": PAIRS, "input": "Speak up."},
        (f"{PIRATE} {TALK}USER: And low water?\nSpeak up. ASSISTANT:", ""),
    ),
    "a system message alone": (
        {"system": PIRATE, "history": [], "input": "Speak up."},
        (f"{PIRATE}\n\nAnd low water?", "Speak up."),
    ),
    "null and null": ({"system": None, "history": None}, ("And low water?", "")),
    "a history of another kind": (
        {"system": PIRATE, "history": "of the town"},
        (f"{PIRATE}\n\nAnd low water?", ""),
    ),
    "pairs that are none": ({"history": [["a", 1]]}, ("And low water?", "")),
    "a system that is no text": ({"system": {"os": "linux"}}, ("And low water?", "")),
}


@pytest.mark.parametrize("case", SEEN)
def test_agents_see_what_came_before(tmp_path: Path, case: str) -> None:
    columns, told = SEEN[case]
    row = {**ROW, **columns}
    data, run = write_jsonl(tmp_path / "data.jsonl", [row]), tmp_path / "run"
    with serve() as server:
        result = coevol("evolve", data, "--out", run, "--rounds", 1, *at(server))
        asked = [request.body["messages"][-1]["content"] for request in server.requests]
    assert result.code == 0, result.err
    (record,) = read_jsonl(run / "evolutions.jsonl")
    assert (record["instruction"], record["input"]) == told
    assert all(told[0] in each for each in (asked[0], asked[-1]))
    (out,) = read_jsonl(run / "evolved.jsonl")
    assert out == {**row, "output": record["response"]}
    assert list(out) == list(row)


def test_the_window_holds_for_a_history(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", [{**ROW, "system": PIRATE, "history": PAIRS}])
    with serve() as server:
        options = ["--rounds", 1, "--window", 2, *at(server)]
        assert coevol("evolve", data, "--out", tmp_path / "run", *options).code == 0
    (record,) = read_jsonl(tmp_path / "run" / "evolutions.jsonl")
    asked = "USER: When is high water? ASSISTANT: At six.</s>USER: And low water? ASSISTANT:"
    assert record["instruction"] == f"{PIRATE} {asked}"


def test_columns_that_a_map_names_are_those_of_the_question(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", [{"system": "Why?", "a": "So.", "history": []}])
    with serve() as server:
        options = ["--rounds", 1, "--map", "instruction=system,response=a", *at(server)]
        assert coevol("evolve", data, "--out", tmp_path / "run", *options).code == 0
    (record,) = read_jsonl(tmp_path / "run" / "evolutions.jsonl")
    assert record["instruction"] == "Why?"


def test_half_a_surrogate_before_the_question_is_named(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", [{**ROW, "system": "\ud83d"}])
    result = coevol("evolve", data, "--out", tmp_path / "run", "--model", "openai:none")
    assert result.code == 2
    assert_one_line(result.err, "row 1, field system: holds half a surrogate pair")


def test_a_run_and_its_file_have_the_same_tasks(tmp_path: Path) -> None:
    rows = [{**ROW, "system": PIRATE, "history": PAIRS}]
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, "--rounds", 1, *at(server)).code == 0
    compared = coevol(
        "compare", data, run, "--judge-model", "rehearsal", "--out", tmp_path / "pairs"
    )
    assert compared.code == 0, compared.err
    assert PIRATE in (tmp_path / "pairs" / "compare.csv").read_text("utf-8")
