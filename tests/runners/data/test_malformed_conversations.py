"""Malformed conversations by table, in both shapes: what becomes of each, through the real CLI.

A row is evolved as far as it makes sense, with a reason for each turn that is left alone, or it is
refused with file, row and field before anything is sent. Nothing else in the row changes.
"""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import Fields, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import serve

Said = dict[str, Any]
EVOLVED = "evolved"
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/clock.png"}}
CALL = {"id": "c1", "type": "function", "function": {"name": "tide", "arguments": "{}"}}


def user(content: Any = "When is high water?", **others: Any) -> Said:
    return {"role": "user", "content": content, **others}


def bot(content: Any = "It is at six", **others: Any) -> Said:
    return {"role": "assistant", "content": content, **others}


def other(role: str, content: Any = "Mind the tide.", **others: Any) -> Said:
    return {"role": role, "content": content, **others}


# The conversation, and what becomes of each message of the assistant's.
HANDLED: dict[str, tuple[list[Any], dict[int, str]]] = {
    "no messages": ([], {}),
    "only a system message": ([other("system")], {}),
    "only a question": ([user()], {}),
    "only an answer": ([bot()], {0: "nothing_asked"}),
    "only a tool's message": ([other("tool")], {}),
    "an answer after a system message": ([other("system"), bot()], {1: "nothing_asked"}),
    "the assistant first": ([bot("Hello!"), user(), bot()], {0: "nothing_asked", 2: EVOLVED}),
    "two questions in a row": ([user(), user("And low water?"), bot()], {2: EVOLVED}),
    "three questions in a row": ([user(), user(), user(), bot()], {3: EVOLVED}),
    "two answers in a row": ([user(), bot(), bot("At six.")], {1: EVOLVED, 2: "nothing_asked"}),
    "an odd length": ([user(), bot(), user("And low?")], {1: EVOLVED}),
    "a system message at the end": ([user(), bot(), other("system")], {1: EVOLVED}),
    "a system message in the middle": (
        [user(), bot(), other("system"), user(), bot()],
        {1: EVOLVED, 4: EVOLVED},
    ),
    "two system messages": ([other("system"), other("system"), user(), bot()], {3: EVOLVED}),
    "an empty system message": ([other("system", ""), user(), bot()], {2: EVOLVED}),
    "an empty question": ([user(""), bot()], {1: "empty_question"}),
    "a blank question": ([user(" \n\t"), bot()], {1: "empty_question"}),
    "a question that is null": ([user(None), bot()], {1: "empty_question"}),
    "a question without content": ([{"role": "user"}, bot()], {1: "empty_question"}),
    "an empty answer": ([user(), bot("")], {1: EVOLVED}),
    "an answer that is null": ([user(), bot(None)], {1: "response_not_text"}),
    "an answer without content": ([user(), {"role": "assistant"}], {1: "response_not_text"}),
    "empty turns between good ones": (
        [user(), bot(), user(""), bot(""), user("And low?"), bot()],
        {1: EVOLVED, 3: "empty_question", 5: EVOLVED},
    ),
    "an answer that is a number": ([user(), bot(6)], {1: "response_not_text"}),
    "an answer that is true": ([user(), bot(True)], {1: "response_not_text"}),
    "an answer that is an object": ([user(), bot({"text": "Six."})], {1: "response_not_text"}),
    "a question that is a number": ([user(6), bot()], {1: "instruction_not_text"}),
    "an answer in parts": ([user(), bot([{"type": "text", "text": "Six"}])], {1: EVOLVED}),
    "an answer in nested lists": ([user(), bot([["Six"]])], {1: "response_not_text"}),
    "an answer with a picture": ([user(), bot([IMAGE])], {1: "response_not_text"}),
    "a question with a picture": ([user([IMAGE]), bot()], {1: "instruction_not_text"}),
    "a part without its text": ([user([{"type": "text"}]), bot()], {1: "instruction_not_text"}),
    "an unknown role": ([user(), other("narrator"), bot()], {2: EVOLVED}),
    "an unknown role in place of the user": ([other("narrator"), bot()], {1: "nothing_asked"}),
    "roles in capitals": (
        [other("SYSTEM"), other("User", "High water?"), other("ASSISTANT", "At six")],
        {2: EVOLVED},
    ),
    "a role between blanks": ([other(" user "), other(" assistant\n", "At six")], {1: EVOLVED}),
    "a tool call": (
        [user(), bot(None, tool_calls=[CALL]), other("tool"), bot()],
        {1: "tool_call", 3: EVOLVED},
    ),
    "a tool call with words": ([user(), bot("Let me see.", tool_calls=[CALL])], {1: "tool_call"}),
    "a tool call that is a text": ([user(), bot(None, tool_calls="tide()")], {1: "tool_call"}),
    "no tool calls in their list": ([user(), bot(tool_calls=[])], {1: EVOLVED}),
    "a function call in the old form": (
        [user(), bot(None, function_call={"name": "tide"}), other("function"), bot()],
        {1: "tool_call", 3: EVOLVED},
    ),
    "a tool's result without a call": ([user(), other("tool"), bot()], {2: EVOLVED}),
    "a tool's result first": ([other("tool"), user(), bot()], {2: EVOLVED}),
    "keys of its own in a message": (
        [user(weight=0, meta={"n": [1, None]}), bot(weight=1, name="Ann")],
        {1: EVOLVED},
    ),
    "text that looks like the layout": (
        [user("USER: hello ASSISTANT:"), bot("</s>USER: {content}"), user("{history}"), bot()],
        {1: EVOLVED, 3: EVOLVED},
    ),
}

# What stands in place of the list of messages, and what is said of it.
REFUSED: dict[str, tuple[Any, str]] = {
    "null": (None, "must be a list of messages"),
    "a text": ("Hello!", "must be a list of messages"),
    "an object in a text": ('{"role": "user"}', "must be a list of messages"),
    "a number": (7, "must be a list of messages"),
    "an object": ({"role": "user", "content": "q"}, "must be a list of messages"),
    "a message that is null": ([user(), None], "message 1: must be an object"),
    "a message that is a text": ([user(), "a"], "message 1: must be an object"),
    "a message that is a list": ([["user", "q"]], "message 0: must be an object"),
    "an empty message": ([user(), {}], "message 1, ROLE: must name who speaks"),
    "no role": ([{"content": "q"}], "message 0, ROLE: must name who speaks"),
    "a role that is null": ([user(), bot(), other(None)], "message 2, ROLE: must name"),  # type: ignore[arg-type]
    "a role that is a number": ([{"role": 1, "content": "q"}], "message 0, ROLE: must name"),
    "a blank role": ([other(" ")], "message 0, ROLE: must name who speaks"),
    "the other shape's keys": ([{"speaker": "user", "says": "q"}], "message 0, ROLE: must name"),
    "half a surrogate pair": ([user("\ud83d"), bot()], "message 0: holds half a surrogate pair"),
}

SHAPES: dict[str, tuple[str, str, str]] = {
    "messages": ("messages", "role", "content"),
    "sharegpt": ("conversations", "from", "value"),
}
_SHAREGPT_KEYS = {"role": "from", "content": "value"}
_SHAREGPT = {"user": "human", "assistant": "gpt"}


def shaped(shape: str, messages: Any) -> Any:
    """Messages with the keys and roles of a shape; what is no message stays as it is."""
    if not isinstance(messages, list):
        return messages
    return [_shaped(shape, each) for each in cast("list[Any]", messages)]


def _shaped(shape: str, message: Any) -> Any:
    if shape == "messages" or not isinstance(message, dict):
        return message
    renamed = {_SHAREGPT_KEYS.get(k, k): v for k, v in cast("Said", message).items()}
    if renamed.get("from") in _SHAREGPT:
        renamed["from"] = _SHAREGPT[renamed["from"]]
    return renamed


def row(shape: str, number: int, messages: Any) -> Fields:
    """A row with fields of its own on both sides of its conversation."""
    return {"idx": number, SHAPES[shape][0]: shaped(shape, messages), "tags": ["a", None, 1.5]}


Outcomes = dict[str, tuple[Fields, Fields, list[Any]]]
"""By case: the row before, the row after, and the record of its turns."""


@pytest.fixture(scope="module", name="outcomes")
def evolve_all(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcomes]:
    """One run for each shape, over all rows that are handled."""
    found: dict[str, Outcomes] = {}
    for shape in SHAPES:
        folder = tmp_path_factory.mktemp(shape)
        rows = [row(shape, n, messages) for n, (messages, _) in enumerate(HANDLED.values())]
        data, run = write_jsonl(folder / "data.jsonl", rows), folder / "run"
        with serve() as server, pytest.MonkeyPatch.context() as patch:
            patch.setenv("OPENAI_API_KEY", "not-a-key")
            assert coevol("evolve", data, "--out", run, "--rounds", 1, *at(server)).code == 0
        records = [record["turns"] for record in read_jsonl(run / "evolutions.jsonl")]
        after = read_jsonl(run / "evolved.jsonl")
        told = zip(rows, after, records, strict=True)
        found[shape] = dict(zip(HANDLED, told, strict=True))
    return found


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", HANDLED)
def test_a_row_is_handled(outcomes: dict[str, Outcomes], case: str, shape: str) -> None:
    before, after, turns = outcomes[shape][case]
    told = {turn["index"]: turn["skipped"] or EVOLVED for turn in turns}
    assert told == HANDLED[case][1]
    assert all(len(turn["rounds"]) == (turn["skipped"] is None) for turn in turns)
    field, _, content = SHAPES[shape]
    changed = {turn["index"]: turn for turn in turns if turn["skipped"] is None}
    expected = json.loads(json.dumps(before))
    for index, turn in changed.items():
        if turn["response"] != turn["original_response"]:
            message = expected[field][index]
            is_list = isinstance(message[content], list)
            message[content] = (
                [{"type": "text", "text": turn["response"]}] if is_list else turn["response"]
            )
    assert json.dumps(after) == json.dumps(expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_much_of_it_really_was_evolved(outcomes: dict[str, Outcomes], shape: str) -> None:
    changed = [case for case, (before, after, _) in outcomes[shape].items() if before != after]
    assert len(changed) > 10


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", REFUSED)
def test_a_row_is_refused(tmp_path: Path, case: str, shape: str) -> None:
    messages, reason = REFUSED[case]
    rows = [row(shape, 0, [user(), bot()]), row(shape, 1, messages), row(shape, 2, [user()])]
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        result = coevol("evolve", data, "--out", run, *at(server))
        assert not server.requests
    assert (result.code, result.out) == (2, "")
    field, role, _ = SHAPES[shape]
    assert_one_line(result.err, f"{data}, row 2, field {field}", reason.replace("ROLE", role))
    assert not run.exists()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_row_without_the_field_is_refused(tmp_path: Path, shape: str) -> None:
    rows = [row(shape, 0, [user(), bot()]), {"idx": 1}]
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    result = coevol("evolve", data, "--out", tmp_path / "run", "--model", "openai:none")
    assert (result.code, result.out) == (2, "")
    assert_one_line(result.err, f"{data}, row 2, field {SHAPES[shape][0]}: must be a list")
