"""Thinking before a dataset's responses: kept, shown and rewritten, or dropped, in every layout."""

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.trace_choice import Traces
from runners.data.formats import find_format
from runners.data.rows import Row
from runners.data.traced_rows import write_row
from tests.runners.commands import at, coevol
from tests.runners.datasets import Fields, read_jsonl
from tests.support.replies import Reply
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve
from tests.support.thoughts import Form, message_of

ANSWER = "it drifts because the air warms"
TRACE = "Tides first, then the air."
THOUGHT_TAGS = (
    "<|begin_of_thought|>\n\n{0}\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\n{1}\n\n"
)
THOUGHT = "Say so in whole sentences."
"""What the editor thinks, where it does."""
BETTER = "A tide clock drifts since the air warms."

# How a text holds trace and answer.
TEXTS = {
    "think": "<think>\n{0}\n</think>\n\n{1}",
    "think on one line": "<think>{0}</think> {1}",
    "thought and solution": f"{THOUGHT_TAGS}<|end_of_solution|>",
    "only the closing tag": "{0}\n</think>\n\n{1}",
    "channels": "<|channel|>analysis<|message|>{0}<|end|><|start|>assistant<|channel|>final"
    "<|message|>{1}<|return|>",
}
ASK = {"role": "user", "content": "Why does a tide clock drift?"}


def alpaca(text: str) -> Fields:
    return {"n": 1, "instruction": ASK["content"], "input": "", "output": text, "z": None}


def messages(text: str) -> Fields:
    return {"messages": [ASK, {"role": "assistant", "content": text, "weight": 1}], "n": [1]}


def sharegpt(text: str) -> Fields:
    turns = [{"from": "human", "value": ASK["content"]}, {"from": "gpt", "value": text}]
    return {"id": "a", "conversations": turns}


def prompt_completion(text: str) -> Fields:
    return {"prompt": [ASK], "completion": [{"role": "assistant", "content": text}]}


LAYOUTS = [alpaca, messages, sharegpt, prompt_completion]


def evolved(
    folder: Path, rows: list[Fields], *options: object, thinking: Form | None = None
) -> tuple[list[Fields], list[Any]]:
    """The rows that come out of a run, and what agents were sent.

    Edits are those of the loopback model, or with `thinking` always `BETTER`, after THOUGHT.
    """
    data, run = write_jsonl(folder / "data.jsonl", rows), folder / "run"
    with serve(ServerOptions(replies=(edit(thinking),) if thinking else ())) as server:
        result = coevol("evolve", data, "--out", run, *ONE_PASS, *at(server), *options)
        asked = [request.body for request in server.requests]
    assert result.code == 0, result.err
    return read_jsonl(run / "evolved.jsonl"), asked


ONE_PASS = ("--framework", "debate")
"""Nobody judges the edit: it is the response."""


def edit(thinking: Form) -> Reply:
    choice = {"message": message_of(thinking, THOUGHT, BETTER), "finish_reason": "stop"}
    return Reply(200, {"choices": [choice]}, task="editor")


def final_response(folder: Path) -> str:
    (record,) = read_jsonl(folder / "run" / "evolutions.jsonl")
    turn = record if record["kind"] == "sample" else record["turns"][-1]
    return turn["response"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", TEXTS)
def test_a_trace_stays_before_an_answer_that_is_evolved_without_it(
    tmp_path: Path, layout: Any, form: str
) -> None:
    row = layout(TEXTS[form].format(TRACE, ANSWER))
    (out,), asked = evolved(tmp_path, [row])
    assert TRACE not in json.dumps(asked)
    assert ANSWER in json.dumps(asked)
    response = final_response(tmp_path)
    assert response != ANSWER
    assert out == layout(TEXTS[form].format(TRACE, response))
    assert json.dumps(list(out)) == json.dumps(list(row))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", TEXTS)
def test_a_trace_that_is_dropped_goes_from_every_row(
    tmp_path: Path, layout: Any, form: str
) -> None:
    row = layout(TEXTS[form].format(TRACE, ANSWER))
    (out,), asked = evolved(tmp_path, [row], "--traces", "drop")
    assert TRACE not in json.dumps(asked)
    assert out == layout(final_response(tmp_path))
    known = find_format([Row("here", row)])
    assert write_row(known, row, {}, "drop") == layout(ANSWER)  # no edit won


@pytest.mark.parametrize("thinking", ["think", "reasoning_content"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", TEXTS)
def test_an_editors_thinking_takes_the_place_of_a_trace(
    tmp_path: Path, layout: Any, form: str, thinking: Form
) -> None:
    row = layout(TEXTS[form].format(TRACE, ANSWER))
    (out,), asked = evolved(tmp_path, [row], "--traces", "rewrite", thinking=thinking)
    assert any(TRACE in json.dumps(body) for body in asked)
    assert final_response(tmp_path).endswith(BETTER)
    assert out == layout(TEXTS[form].format(THOUGHT, BETTER))


FIELDS = ["reasoning_content", "reasoning", "thinking"]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("traces", ["keep", "rewrite", "drop"])
def test_a_trace_beside_the_content(tmp_path: Path, field: str, traces: Traces) -> None:
    row: Fields = messages(ANSWER)
    row["messages"][1][field] = TRACE
    (out,), asked = evolved(tmp_path, [row], "--traces", traces, thinking="reasoning")
    assert (TRACE in json.dumps(asked)) == (traces == "rewrite")
    message = out["messages"][1]
    told: dict[Traces, str | None] = {"keep": TRACE, "rewrite": THOUGHT, "drop": None}
    assert message.get(field) == told[traces]
    assert message["content"] == BETTER


@pytest.mark.parametrize("traces", ["keep", "rewrite", "drop"])
def test_a_trace_in_a_column(tmp_path: Path, traces: Traces) -> None:
    row = {**alpaca(ANSWER), "reasoning_content": TRACE, "reasoning": "on"}
    (out,), _ = evolved(tmp_path, [row], "--traces", traces, thinking="think")
    told = {"keep": {"reasoning_content": TRACE}, "rewrite": {"reasoning_content": THOUGHT}}
    assert out == {**alpaca(BETTER), **told.get(traces, {}), "reasoning": "on"}


@pytest.mark.parametrize("traces", ["keep", "rewrite", "drop"])
@pytest.mark.parametrize("text", ["<think>\nNever done, so", "<think>\nDone.\n</think>\n\n"])
def test_a_response_that_is_all_trace_goes_out_as_it_is(
    tmp_path: Path, text: str, traces: Traces
) -> None:
    """It has no answer to evolve; to cut the trace off would leave nothing."""
    talk = messages(text)
    data = write_jsonl(tmp_path / "data.jsonl", [alpaca(text)])
    talks = write_jsonl(tmp_path / "talks.jsonl", [talk])
    for rows, run in ((data, tmp_path / "a"), (talks, tmp_path / "b")):
        options = ("--model", "rehearsal", "--traces", traces)
        result = coevol("evolve", rows, "--out", run, *options)
        assert result.code == 0, result.err
        assert "whose response is a thinking trace without an answer" in result.err
        assert (run / "evolved.jsonl").read_bytes() == rows.read_bytes()


def test_later_turns_are_asked_without_the_traces_of_earlier_ones(tmp_path: Path) -> None:
    said = {"role": "assistant", "content": f"<think>{TRACE}</think>{ANSWER}"}
    row = {"messages": [ASK, said, {"role": "user", "content": "In winter, too?"}, said]}
    (out,), _ = evolved(tmp_path, [row], "--traces", "rewrite")
    (record,) = read_jsonl(tmp_path / "run" / "evolutions.jsonl")
    assert TRACE not in record["turns"][1]["instruction"]
    assert TRACE in record["turns"][1]["original_response"]
    assert all(TRACE in each["content"] for each in out["messages"][1::2])


def test_a_run_goes_on_with_the_traces_that_it_began_with(tmp_path: Path) -> None:
    rows = [alpaca(TEXTS["think"].format(TRACE, ANSWER))]
    evolved(tmp_path, rows, "--traces", "drop")
    changed = coevol("evolve", tmp_path / "data.jsonl", "--out", tmp_path / "run")
    assert (changed.code, "traces = 'drop' (now 'keep')" in changed.err) == (2, True)
