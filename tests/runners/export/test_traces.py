"""Thinking before responses in exports: in the text, beside it, or left out."""

from pathlib import Path
from typing import Any

import pytest

from tests.runners.datasets import Fields, read_jsonl
from tests.runners.export.exports import (
    SHORT,
    answer_of,
    evolved_rows,
    export,
    exported,
    rows_of,
    run_of,
)

TRACE = "Colours it is."
ASKED = "Name three colours."
FORMS = [
    f"<|begin_of_thought|>{TRACE}<|end_of_thought|>\n{SHORT}",
    f"<think>{TRACE}</think>{SHORT}",
]
ROWS: list[Fields] = [
    *({"instruction": ASKED, "output": form} for form in FORMS),
    {"instruction": ASKED, "output": SHORT, "reasoning_content": TRACE},
    {"instruction": ASKED, "output": SHORT},
]
TALKS: list[Fields] = [
    {
        "messages": [
            {"role": "user", "content": ASKED},
            {"role": "assistant", "content": SHORT, "reasoning_content": TRACE},
        ]
    },
    {
        "messages": [
            {"role": "user", "content": ASKED},
            {"role": "assistant", "content": f"<think>{TRACE}</think>{SHORT}"},
        ]
    },
]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of(tmp_path_factory.mktemp("rows"), ROWS)


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of(tmp_path_factory.mktemp("talks"), TALKS)


def better(run: Path) -> str:
    """What the rehearsal model makes of SHORT."""
    last: Any = evolved_rows(run)[-1]
    text = last["output"] if "output" in last else last["messages"][-1]["content"]
    return text.rpartition("</think>")[2]


def in_tags(answer: str) -> str:
    return f"<think>\n{TRACE}\n</think>\n\n{answer}"


@pytest.mark.parametrize("to", ["llama-factory", "trl", "axolotl"])
def test_trainers_read_traces_in_tags(rows: Path, talks: Path, to: str) -> None:
    for run, traced, plain in ((rows, 3, 1), (talks, 2, 0)):
        assert better(run) != SHORT
        answers = [answer_of(row) for row in rows_of(run, to)]
        assert answers == [in_tags(better(run))] * traced + [better(run)] * plain


@pytest.mark.parametrize("to", ["llama-factory", "trl", "axolotl", "messages", "parquet"])
def test_traces_are_left_out_on_request(talks: Path, to: str) -> None:
    if to == "parquet":
        parquet = pytest.importorskip("pyarrow.parquet")
        path = exported(talks, to, "--traces", "drop") / "data.parquet"
        found = parquet.read_table(path).to_pylist()
    else:
        found = rows_of(talks, to, "--traces", "drop")
    assert [answer_of(row) for row in found] == [better(talks)] * 2
    assert "reasoning_content" not in str(found)


@pytest.mark.parametrize("to", ["trl", "axolotl", "messages", "sharegpt"])
def test_templates_can_have_the_field(rows: Path, to: str) -> None:
    found = rows_of(rows, to, "--traces", "field")
    last = [(row.get("messages") or row["conversations"])[-1] for row in found]
    assert [each.get("reasoning_content") for each in last] == [TRACE] * 3 + [None]
    assert [answer_of(row) for row in found] == [better(rows)] * 4


def test_layouts_leave_traces_where_they_are_if_there_is_room(rows: Path, talks: Path) -> None:
    first, _, told, _ = rows_of(rows, "messages")
    assert first["messages"][-1]["content"].startswith("<|begin_of_thought|>")
    assert told["messages"][-1]["reasoning_content"] == TRACE
    assert [row["output"] for row in rows_of(talks, "alpaca")] == [in_tags(better(talks))] * 2
    assert rows_of(rows, "prompt-completion")[2]["completion"] == in_tags(better(rows))


def test_both_responses_of_a_pair_have_the_rows_trace(rows: Path) -> None:
    pairs = read_jsonl(exported(rows, "preference", "--only", "final") / "trl" / "train.jsonl")
    for pair in pairs[:3]:
        assert pair["chosen"][0]["content"] == in_tags(better(rows))
        assert pair["rejected"][0]["content"] == in_tags(SHORT)
    assert pairs[3]["rejected"][0]["content"] == SHORT


def test_texts_have_no_field(rows: Path, tmp_path: Path) -> None:
    result = export(rows, "llama-factory", tmp_path / "out", "--traces", "field")
    assert result.code == 2
    assert "--traces field: --to llama-factory has texts only; write tags or drop" in result.err
