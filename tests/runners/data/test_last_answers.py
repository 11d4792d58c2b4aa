"""Rows with a talk and its last answer: that answer alone is evolved, in its own place."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import coevol
from tests.runners.datasets import Fields, read_jsonl
from tests.support.rows import write_jsonl

ASKED: list[Any] = [
    {"role": "user", "content": "When is high water?"},
    {"role": "assistant", "content": "at six"},
    {"role": "user", "content": "And low water?"},
]
ANSWER = {"role": "assistant", "content": "at noon it is", "weight": 1}
WORSE = {"role": "assistant", "content": "no idea"}
SHOWN = "USER: When is high water? ASSISTANT: at six</s>USER: And low water? ASSISTANT:"
PICTURE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "a.png"}}]}

ROWS: dict[str, tuple[str, Fields]] = {
    "the talk beside both answers": (
        "preference-messages",
        {"prompt": ASKED, "chosen": [ANSWER], "rejected": [WORSE], "score": 1.5},
    ),
    "the talk in both answers": (
        "preference-messages",
        {"id": 1, "chosen": [*ASKED, ANSWER], "rejected": [*ASKED, WORSE]},
    ),
    "the talk in both answers, and its question": (
        "preference-messages",
        {"prompt": "?", "chosen": [*ASKED, ANSWER], "rejected": [*ASKED, WORSE], "messages": ASKED},
    ),
    "Nemotron": ("nemotron", {"input": ASKED, "output": "at noon it is", "category": "chat"}),
    "TRL": ("prompt-completion-messages", {"prompt": ASKED, "completion": [ANSWER]}),
}


def evolve(folder: Path, rows: list[Fields]) -> tuple[list[Fields], list[Fields], str]:
    """Rows and records that come out, and what was said."""
    data, run = write_jsonl(folder / "data.jsonl", rows), folder / "run"
    result = coevol("evolve", data, "--out", run, "--model", "rehearsal")
    assert result.code == 0, result.err
    return read_jsonl(run / "evolved.jsonl"), read_jsonl(run / "evolutions.jsonl"), result.err


def with_answer(row: Fields, text: str) -> Fields:
    """The row with another last answer."""
    field = next(name for name in ("chosen", "output", "completion") if name in row)
    given = row[field]
    new = text if isinstance(given, str) else [*given[:-1], {**given[-1], "content": text}]
    return {**row, field: new}


@pytest.mark.parametrize("case", ROWS)
def test_the_last_answer_is_evolved(tmp_path: Path, case: str) -> None:
    name, row = ROWS[case]
    (out,), (record,), said = evolve(tmp_path, [row])
    assert f"format: {name}" in said
    assert record["instruction"].endswith(SHOWN)
    assert record["response"] != record["original_response"] == "at noon it is"
    assert json.dumps(out) == json.dumps(with_answer(row, record["response"]))


@pytest.mark.parametrize("case", ROWS)
def test_it_is_exported_with_its_talk(tmp_path: Path, case: str) -> None:
    _, row = ROWS[case]
    (out,), (record,), _ = evolve(tmp_path, [row])
    export = ("export", tmp_path / "run", "--to")
    assert coevol(*export, "messages", "--out", tmp_path / "messages").code == 0
    (messages,) = read_jsonl(tmp_path / "messages" / "data.jsonl")
    texts = [each["content"] for each in messages["messages"]]
    assert texts == [*(each["content"] for each in ASKED), record["response"]]
    assert messages.get("rejected") == out.get("rejected")
    assert coevol(*export, "preference", "--out", tmp_path / "pairs").code == 0
    (pair,) = read_jsonl(tmp_path / "pairs" / "trl" / "train.jsonl")
    assert [each["content"] for each in pair["prompt"]][-3:] == texts[:3]
    assert pair["chosen"][0]["content"] == record["response"]


def test_a_question_in_text_before_an_answer_in_messages(tmp_path: Path) -> None:
    row = {"prompt": "And low water?", "chosen": [ANSWER], "rejected": [WORSE]}
    (out,), (record,), _ = evolve(tmp_path, [row])
    assert record["instruction"] == "And low water?"
    assert out == with_answer(row, record["response"])


def test_a_talk_with_a_picture_passes_and_is_told(tmp_path: Path) -> None:
    rows = [ROWS["Nemotron"][1], {"input": [PICTURE], "output": "a clock"}]
    out, records, said = evolve(tmp_path, rows)
    assert out[1] == rows[1]
    assert [each.get("skipped") for each in records] == [None, "instruction_not_text"]
    assert "not evolved: 1 row whose question has parts other than text" in said
