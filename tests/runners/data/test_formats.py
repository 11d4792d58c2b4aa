"""Formats: each is found by its fields, read, and written back with nothing else touched."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.conversation import Conversation
from nodes.state import Sample
from runners.data.field_format import FieldFormat
from runners.data.formats import FORMATS, find_format, parse_format
from runners.data.rows import Fields, Row
from runners.data.traced_rows import write_row
from runners.errors import UsageError
from tests.runners.commands import at, coevol
from tests.runners.datasets import read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import serve

SAMPLES: list[tuple[str, Fields, tuple[str, str, str]]] = [
    (
        "alpaca",
        {"id": 7, "instruction": "Add.", "input": "1 1", "output": "2"},
        ("Add.", "1 1", "2"),
    ),
    (
        "alpaca",
        {"output": "2", "instruction": "Add.", "text": "### Instruction:\nAdd.\n### Response:\n2"},
        ("Add.", "", "2"),
    ),
    ("alpaca", {"instruction": "Add.", "input": None, "output": ""}, ("Add.", "", "")),
    (
        "dolly",
        {"instruction": "Who?", "context": "Ann sang.", "response": "Ann", "category": "qa"},
        ("Who?", "Ann sang.", "Ann"),
    ),
    ("prompt-completion", {"prompt": "Hi", "completion": "Hello", "n": [1]}, ("Hi", "", "Hello")),
    ("question-answer", {"question": "Hi?", "answer": "Ho", "n": 1}, ("Hi?", "", "Ho")),
    (
        "question-answer",
        {"context": "Ann sang.", "question": "Who?", "answer": "Ann"},
        ("Who?", "Ann sang.", "Ann"),
    ),
    ("query-response", {"query": "Add.", "response": "2", "type": "GSM"}, ("Add.", "", "2")),
    ("prompt-response", {"prompt": "Hi", "response": "Hello"}, ("Hi", "", "Hello")),
    ("preference", {"prompt": "Hi", "chosen": "Hello", "rejected": "No"}, ("Hi", "", "Hello")),
    ("map:instruction=q,response=a", {"q": "Why?", "a": "So."}, ("Why?", "", "So.")),
    (
        "map:response=a,instruction=q,input=c",
        {"q": "Why?", "a": "So.", "c": "C"},
        ("Why?", "C", "So."),
    ),
]
TALKS: list[tuple[str, Fields, list[tuple[str, Any]]]] = [
    (
        "sharegpt",
        {
            "id": "x",
            "conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}],
        },
        [("user", "Q"), ("assistant", "A")],
    ),
    (
        "sharegpt",
        {
            "conversations": [
                {"from": "system", "value": "S"},
                {"from": "user", "value": "Q", "weight": 0},
                {"from": "chatgpt", "value": "A", "weight": 1},
                {"from": "observation", "value": "{}"},
                {"from": "function_call", "value": "f()"},
            ],
            "idx": 3,
        },
        [
            ("system", "S"),
            ("user", "Q"),
            ("assistant", "A"),
            ("tool", "{}"),
            ("function_call", "f()"),
        ],
    ),
    (
        "messages",
        {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": None}]},
        [("user", "Q"), ("assistant", None)],
    ),
    (
        "sharegpt-items",
        {"id": "a1", "items": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},
        [("user", "Q"), ("assistant", "A")],
    ),
    (
        "sharegpt",
        {"conversations": [{"from": "human", "value": "Q"}, {"role": "assistant", "content": "A"}]},
        [("user", "Q"), ("assistant", "A")],
    ),
    (
        "messages",
        {"messages": [{"role": "user", "content": "Q"}, {"from": "gpt", "value": "A", "w": 1}]},
        [("user", "Q"), ("assistant", "A")],
    ),
    (
        "sharegpt",
        {"conversations": '[{"from":"human","value":"Q"},{"from":"gpt","value":"A"}]', "n": 1},
        [("user", "Q"), ("assistant", "A")],
    ),
    ("lima", {"conversations": ["Q", "A"], "source": "x"}, [("user", "Q"), ("assistant", "A")]),
    (
        "ultrachat",
        {"id": "0", "data": ["Q", "A", "R"]},
        [("user", "Q"), ("assistant", "A"), ("user", "R")],
    ),
    (
        "marked-text",
        {"text": "### Human: Q### Assistant: A B### Human: R", "n": 1},
        [("user", "Q"), ("assistant", "A B"), ("user", "R")],
    ),
    (
        "marked-text",
        {"text": "Below is a task.\n\n### Instruction:\nQ\n\n### Input:\nI\n\n### Response:\nA"},
        [("system", "Below is a task."), ("user", "Q\n\n### Input:\nI"), ("assistant", "A")],
    ),
    (
        "marked-text",
        {"text": "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"},
        [("user", "Q"), ("assistant", "A")],
    ),
    (
        "marked-text",
        {"text": "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nQ [/INST] A </s><s>[INST] R [/INST]  </s>"},
        [("system", "S"), ("user", "Q"), ("assistant", "A"), ("user", "R"), ("assistant", "")],
    ),
    (
        "marked-text",
        {
            "text": "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nQ<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|>"
        },
        [("user", "Q"), ("assistant", "A")],
    ),
    (
        "marked-text",
        {"text": "<bos><start_of_turn>user\nQ<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>"},
        [("user", "Q"), ("assistant", "A")],
    ),
    (
        "marked-text",
        {"text": "<|system|>\nS</s>\n<|user|>\nQ</s>\n<|assistant|>\nA</s>\n"},
        [("system", "S"), ("user", "Q"), ("assistant", "A")],
    ),
]
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="#<[:"))


@pytest.mark.parametrize(("name", "fields", "sample"), SAMPLES)
def test_rows_with_one_response(name: str, fields: Fields, sample: tuple[str, str, str]) -> None:
    known = parse_format(name)
    task = known.read(Row("here", fields))
    assert isinstance(task, Sample)
    assert (task.instruction, task.input, task.response) == sample
    if not name.startswith("map:"):
        assert find_format([Row("here", fields)]).name == name
    changed = write_row(known, fields, {0: "better"})
    assert list(changed) == list(fields)
    assert isinstance(known, FieldFormat)
    assert [key for key in fields if changed[key] != fields[key]] == [known.response]
    assert write_row(known, fields, {}) == fields


@pytest.mark.parametrize(("name", "fields", "messages"), TALKS)
def test_rows_with_a_conversation(
    name: str, fields: Fields, messages: list[tuple[str, Any]]
) -> None:
    known = find_format([Row("here", fields)])
    assert known.name == name
    task = known.read(Row("here", fields))
    assert isinstance(task, Conversation)
    assert [(each["role"], each["content"]) for each in task.messages] == messages
    place = next(n for n, (role, _) in enumerate(messages) if role == "assistant")
    changed = write_row(known, fields, {place: "better"})
    assert list(changed) == list(fields)
    assert known.read(Row("here", changed)).model_dump() == {
        "id": "",
        "beside": "",
        "messages": [
            {**each, "content": "better"} if index == place else each
            for index, each in enumerate(task.messages)
        ],
    }
    assert write_row(known, fields, {}) == fields


def test_first_rows_without_messages_do_not_hide_the_format() -> None:
    rows = [Row("a", {"conversations": []}), Row("b", TALKS[0][1])]
    assert find_format(rows).name == "sharegpt"
    assert find_format(rows).read(rows[0]).model_dump()["messages"] == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"conversations": "text"}, "field conversations: must be a list of messages"),
        ({"conversations": ["text"]}, "message 0: must be an object with from and value"),
        ({"conversations": [{"value": "x"}]}, "message 0, from: must name who speaks"),
        ({}, "field conversations: must be a list of messages"),
    ],
)
def test_a_broken_conversation_is_named(fields: Fields, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_format("sharegpt").read(Row("data.json, row 3", fields))


def test_an_unknown_shape_shows_the_fields_and_the_formats(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", [{"puzzle": "Q", "solved": "A"}])
    result = coevol("evolve", data, "--out", tmp_path / "run")
    assert result.code == 2
    assert result.err.count("\n") == 2  # what the rehearsal model is, and the error
    for word in ("puzzle, solved", "alpaca (instruction, input, output)", "--map"):
        assert word in result.err


@pytest.mark.parametrize(
    "option", ["--format=nope", "--map=instruction", "--map=instruction=a,x=b"]
)
def test_wrong_format_options(tmp_path: Path, option: str) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", [{"instruction": "Q", "output": "A"}])
    result = coevol("evolve", data, "--out", tmp_path / "run", option)
    assert (result.code, option.split("=")[0] in result.err) == (2, True)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3))
def test_only_the_words_of_answers_change_between_marks(turns: list[tuple[str, str]]) -> None:
    known = parse_format("marked-text")
    asked = [question.replace("%", "%%") for question, _ in turns]
    laid_out = "".join(f"### Human:{each} ### Assistant: %s\n" for each in asked)
    row: Fields = {"text": laid_out % tuple(f"a{said}b" for _, said in turns)}
    better = [f"better {number}" for number, _ in enumerate(turns)]
    changed = write_row(known, row, dict(zip(known.responses(row), better, strict=True)))
    assert changed == {"text": laid_out % tuple(better)}


def test_a_text_without_marks_among_others_is_a_bad_row() -> None:
    rows = [Row("a", {"text": "### Human: Q ### Assistant: A"}), Row("b", {"text": "Q"})]
    with pytest.raises(UsageError, match="b, field text: no marks of a question and an answer"):
        find_format(rows).read(rows[1])


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
known_keys = st.sampled_from(
    ["instruction", "input", "output", "messages", "conversations", "data", "chosen", "prompt"]
)


@given(st.sampled_from(FORMATS), st.dictionaries(known_keys | st.text(), json_values))
def test_no_row_crashes_a_reader(known: Any, fields: Fields) -> None:
    try:
        task = known.read(Row("here", fields))
    except UsageError:
        return
    assert isinstance(task, Sample | Conversation)
    assert write_row(known, fields, {}) == fields


def test_conversations_evolve_in_their_own_shape(tmp_path: Path) -> None:
    rows: list[Fields] = [
        {
            "note": number,
            "conversations": [
                {"from": "human", "value": f"What is {number} plus one?"},
                {"from": "gpt", "value": f"It is {number + 1}", "score": 2},
                {"from": "human", "value": "And twice that?"},
                {"from": "gpt", "value": f"{2 * number + 2}"},
            ],
        }
        for number in range(6)
    ]
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        result = coevol("evolve", data, "--out", run, *at(server))
        assert (result.code, "format: sharegpt" in result.err) == (0, True)
        answered = server.answered
        assert coevol("resume", run).code == 0
        assert server.answered == answered
    out = read_jsonl(run / "evolved.jsonl")
    records = read_jsonl(run / "evolutions.jsonl")
    for before, after, record in zip(rows, out, records, strict=True):
        responses = {turn["index"]: turn["response"] for turn in record["turns"]}
        assert sorted(responses) == [1, 3]
        for index, message in enumerate(before["conversations"]):
            message["value"] = responses.get(index, message["value"])
        assert after == before
        first, second = record["turns"]
        assert first["response"] in second["instruction"]
    assert any(record["turns"][1]["rounds"] for record in records)
