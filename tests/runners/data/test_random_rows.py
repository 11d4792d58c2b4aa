"""Rows in are rows out: any rows, of any format, in order, with their other fields as they were."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.models.thinking_marks import take_apart
from runners.data import formats
from tests.runners.commands import coevol
from tests.runners.datasets import Fields, read_jsonl

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ASKED = TEXT.filter(str.strip)
TRACED = [
    "<think>\n{0}\n</think>\n\n{1}",
    "<think>{0}",
    "{0}\n</think>\n{1}",
    "<|begin_of_thought|>{0}<|end_of_thought|><|begin_of_solution|>{1}<|end_of_solution|>",
]
ANSWER = TEXT | st.builds(str.format, st.sampled_from(TRACED), TEXT, TEXT)
"""A response, with a thinking trace before it at times."""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
OTHERS = st.dictionaries(st.sampled_from(["id", "n", "tags", "meta", "é"]), VALUES, max_size=3)
PAIRS = st.lists(st.tuples(TEXT, TEXT).map(list), max_size=2)
CALL = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
TOOLS = [{"type": "function", "function": {"name": "f"}}]
PICTURE = [{"type": "image_url", "image_url": {"url": "a.png"}}]


def messages(role: str, content: str, names: tuple[str, str]) -> st.SearchStrategy[list[Any]]:
    """Up to three questions with their answers."""
    ask = st.fixed_dictionaries({role: st.just(names[0]), content: TEXT | st.just(PICTURE)})
    said = st.fixed_dictionaries(
        {role: st.just(names[1]), content: ANSWER | st.none()},
        optional={"reasoning_content": TEXT | st.none(), "tool_calls": st.just([CALL])},
    )
    result = st.fixed_dictionaries({role: st.just("tool"), content: TEXT})
    turns = st.tuples(ask, said) | st.tuples(ask, said, result, said)
    return st.lists(turns, min_size=1, max_size=3).map(
        lambda listed: [message for turn in listed for message in turn]
    )


CHAT = messages("role", "content", ("user", "assistant"))
SHAREGPT = messages("from", "value", ("human", "gpt"))
ANSWERED = CHAT.map(lambda listed: [*listed[:-1], {"role": "assistant", "content": "so it is"}])
TOOLED = {"system": TEXT | st.none(), "tools": st.just(TOOLS) | st.just(json.dumps(TOOLS))}
CONTEXT = {
    **TOOLED,
    "history": PAIRS,
    "images": st.just(["a.png"]),
    "reasoning_content": TEXT | st.none(),
}

# By format: the fields that its rows need, those that they may have, and the one that may change.
FORMATS: dict[str, tuple[Fields, Fields, str]] = {
    "alpaca": ({"instruction": ASKED, "output": ANSWER}, {"input": TEXT, **CONTEXT}, "output"),
    "dolly": ({"instruction": ASKED, "response": TEXT}, {"context": TEXT}, "response"),
    "question-answer": ({"question": ASKED, "answer": TEXT}, {"context": TEXT}, "answer"),
    "query-response": ({"query": ASKED, "response": TEXT}, {}, "response"),
    "prompt-response": ({"prompt": ASKED, "response": TEXT}, {}, "response"),
    "prompt-completion": ({"prompt": ASKED, "completion": ANSWER}, {}, "completion"),
    "preference": ({"prompt": ASKED, "chosen": TEXT, "rejected": TEXT}, {}, "chosen"),
    "preference-messages": ({"chosen": ANSWERED, "rejected": CHAT}, {"prompt": TEXT}, "chosen"),
    "nemotron": ({"input": CHAT.map(lambda listed: listed[:-1]), "output": ANSWER}, {}, "output"),
    "prompt-completion-messages": (
        {"prompt": CHAT.map(lambda each: each[:1]), "completion": ANSWERED.map(lambda e: e[-1:])},
        {},
        "completion",
    ),
    "messages": ({"messages": CHAT}, TOOLED, "messages"),
    "sharegpt": ({"conversations": SHAREGPT | SHAREGPT.map(json.dumps)}, TOOLED, "conversations"),
    "sharegpt-items": ({"items": SHAREGPT}, {}, "items"),
    "marked-text": (
        {"text": st.builds("### Human: {} ### Assistant: {}".format, TEXT, ANSWER)},
        {"tools": st.just(TOOLS)},
        "text",
    ),
    "lima": ({"conversations": st.lists(TEXT, min_size=1, max_size=4)}, {}, "conversations"),
    "ultrachat": ({"data": st.lists(TEXT, min_size=1, max_size=4)}, {}, "data"),
}
BAD = st.sampled_from([b"{", b'"c"', b"7", b'{"instruction":  null}', b'{"a": "\xff"}', b"{ }"])


@st.composite
def datasets(draw: st.DrawFn) -> tuple[str, list[Fields | bytes]]:
    """A format, and rows of it with bad ones among them, the first row good."""
    name = draw(st.sampled_from(sorted(FORMATS)))
    needed, optional, _ = FORMATS[name]
    own: st.SearchStrategy[Fields] = st.fixed_dictionaries(needed, optional=optional)
    rows = st.tuples(OTHERS, own).map(merged)
    return name, [draw(rows), *draw(st.lists(rows | BAD, max_size=4))]


def merged(parts: tuple[Fields, Fields]) -> Fields:
    """A row of its parts."""
    return {**parts[0], **parts[1]}


@settings(max_examples=40)
@given(datasets())
def test_rows_in_are_rows_out(dataset: tuple[str, list[Fields | bytes]]) -> None:
    name, rows = dataset
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    with TemporaryDirectory() as folder:
        data, run = Path(folder) / "data.jsonl", Path(folder) / "run"
        data.write_bytes(b"\n".join(lines))
        options = ("--format", name, "--bad-rows", "keep", "--rounds", 1, "--quiet")
        result = coevol("evolve", data, "--out", run, *options, "--model", "rehearsal")
        assert result.code == (3 if any(isinstance(row, bytes) for row in rows) else 0), result.err
        out = (run / "evolved.jsonl").read_bytes().split(b"\n")[:-1]
        failed = {each["position"] for each in read_jsonl(run / "failures.jsonl")}
    assert len(out) == len(rows)
    for position, (line, row) in enumerate(zip(out, rows, strict=True)):
        if isinstance(row, bytes):
            assert (line, position in failed) == (row, True)
        else:
            assert position not in failed
            assert others(line, FORMATS[name][2]) == others(json.dumps(row), FORMATS[name][2])


def test_all_formats_are_among_these() -> None:
    assert {*FORMATS} == {known.name for known in formats.FORMATS}


def others(line: bytes | str, field: str) -> str:
    """A row as text, without its responses."""
    fields: Fields = json.loads(line)
    return json.dumps({**fields, field: without_answers(fields[field])})


def without_answers(value: Any) -> Any:
    """A response as its trace alone, a conversation without what its answers say after theirs."""
    if isinstance(value, str) and "### Assistant:" in value:
        asked, _, answer = value.partition("### Assistant:")
        return [asked, *trace_of(answer)]
    if isinstance(value, str):
        return without_answers(json.loads(value)) if value.startswith("[{") else trace_of(value)
    listed: list[Any] = value
    return [without_answer(n, each) for n, each in enumerate(listed)]


def without_answer(place: int, message: Any) -> Any:
    """A message; of an answer only what stands before the answer, and beside it."""
    if not is_answer(place, message):
        return message
    if isinstance(message, str):
        return trace_of(message)
    content = "content" if "content" in message else "value"
    return {**message, content: trace_of(message[content])}


def trace_of(response: str) -> list[str]:
    """What stands around an answer; the whole where there is no answer."""
    parts = take_apart(response)
    return [parts.before, parts.after]


def is_answer(place: int, message: Any) -> bool:
    """Whether a message is an answer with text, which may change."""
    if isinstance(message, str):
        return place % 2 == 1
    said = message.get("content", message.get("value"))
    return {"assistant", "gpt"} & {*map(str, message.values())} != set() and isinstance(said, str)
