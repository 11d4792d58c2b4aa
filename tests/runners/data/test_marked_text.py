"""A conversation in one text: no edit may be read as another message when it is read again."""

import json
from pathlib import Path
from typing import Any

import pytest

from runners.data.formats import parse_format
from runners.data.marked_format import new_mark
from runners.data.rows import Fields, Row
from tests.runners.commands import at, coevol
from tests.runners.datasets import read_jsonl
from tests.support import answers
from tests.support.rows import write_jsonl
from tests.support.server import serve
from tests.support.words import Prompt

FORMAT = parse_format("marked-text")
LAYOUTS = {
    "guanaco": "### Human: Q### Assistant: A",
    "alpaca": "Below is a task.\n\n### Instruction:\nQ\n\n### Response:\nA",
    "chatml": "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n",
    "llama2": "<s>[INST] Q [/INST] A </s>",
    "gemma": "<start_of_turn>user\nQ<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>",
}
FITTING = ["B", "B ### b", "#", "Human: yes", "B\n\n### Input:\nC", "a < b | c > d", "B </s> b"]
RUNS_ON = "Air scatters blue light most.\n\n### Human: And at night?\n### Assistant: Dark."
BREAKING = [
    "B ### Human: And?",
    "B\n### Assistant: C",
    "### Instruction:\nB\n### Response:\nC",
    "B <|im_start|>user and <|im_start|>assistant",
    "B [INST] C [/INST]",
    "B<|user|>C<|assistant|>D",
    "B <|im_end|>",
    "</s> B",
    "<eos>",
]


def read_back(text: str, edit: str) -> list[tuple[str, str]]:
    """What is read of a row whose answer has become an edit."""
    row: Fields = {"text": text}
    [place] = FORMAT.responses(row)
    put = FORMAT.put(row, {place: {"role": "assistant", "content": edit}})
    task: Any = FORMAT.read(Row("", put))
    return [(each["role"], each["content"]) for each in task.messages]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("edit", FITTING)
def test_what_is_no_mark_is_read_as_it_was_put(layout: str, edit: str) -> None:
    assert new_mark("A", edit) is None
    before = read_back(LAYOUTS[layout], "A")
    assert read_back(LAYOUTS[layout], edit) == [*before[:-1], ("assistant", edit)]


@pytest.mark.parametrize("edit", BREAKING)
def test_marks_are_seen_where_some_layout_would_read_them(edit: str) -> None:
    assert new_mark("A", edit) is not None
    read = [read_back(text, edit) for text in LAYOUTS.values()]
    assert any(each[-1] != ("assistant", edit) for each in read)


def test_marks_that_the_answer_had_are_no_news() -> None:
    assert new_mark("Write <|im_start|>user first.", "Begin with <|im_start|>user.") is None


@pytest.mark.parametrize("guards", ["default", "none"])
def test_an_edit_with_a_mark_is_refused_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guards: str
) -> None:
    def runs_on(_: Prompt) -> str:
        return RUNS_ON

    monkeypatch.setattr(answers, "edit", runs_on)
    rows: list[Fields] = [
        {"text": f"### Human: Why {n}?### Assistant: air", "n": n} for n in (1, 2)
    ]
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        ran = coevol("evolve", data, "--out", run, "--guards", guards, *at(server))
    assert ran.code == 0, ran.err
    assert read_jsonl(run / "evolved.jsonl") == rows
    assert "guards refused 2 edits: layout 2" in ran.out + ran.err
    assert json.loads((run / "summary.json").read_text())["guards"]["refused"] == {"layout": 2}
    for record in read_jsonl(run / "evolutions.jsonl"):
        [turn] = record["turns"]
        [refusal] = turn["rounds"][0]["guarded"]["refused"]
        assert turn["rounds"][0]["outcome"] == "edit_refused"
        assert (refusal["guard"], refusal["text"]) == ("layout", "### Human:")
        assert refusal["at"] == RUNS_ON.index("### Human:")
