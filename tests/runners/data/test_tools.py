"""Tools and a system column of conversations: agents see them, calls are left, all columns stay."""

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.tools import called, declared
from tests.runners.commands import at, coevol
from tests.runners.datasets import Fields, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import serve

FUNCTION: Fields = {
    "name": "tide",
    "description": "When water\nis high.",
    "parameters": {
        "type": "object",
        "properties": {"place": {"type": "string"}, "day": {"type": "string"}},
        "required": ["place"],
    },
}
DECLARED = "Tools:\n- tide(place: string, day?: string): When water is high."
CALL = {"name": "tide", "arguments": {"place": "Brest"}}
OPENAI: Fields = {
    "messages": [
        {"role": "user", "content": "Tides at Brest?"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": CALL}]},
        {"role": "tool", "tool_call_id": "c", "content": "at 6:10"},
        {"role": "assistant", "content": "high water is at 6:10"},
    ],
    "tools": [{"type": "function", "function": FUNCTION}],
}
SHAREGPT: Fields = {
    "conversations": [
        {"from": "human", "value": "Tides at Brest?"},
        {"from": "function_call", "value": json.dumps(CALL)},
        {"from": "observation", "value": "at 6:10"},
        {"from": "gpt", "value": "high water is at 6:10"},
    ],
    "system": "Talk like a pirate.",
    "tools": json.dumps([FUNCTION]),
}
ALPACA: Fields = {
    "instruction": "Tides at Brest?",
    "input": "",
    "output": "high water is at 6:10",
    "tools": [FUNCTION],
}
ROWS = {
    "messages": (
        OPENAI,
        f"{DECLARED} USER: Tides at Brest? "
        'ASSISTANT: tide({"place":"Brest"})</s>TOOL: at 6:10 ASSISTANT:',
    ),
    "sharegpt": (
        SHAREGPT,
        f"Talk like a pirate.\n\n{DECLARED} USER: Tides at Brest? "
        f"FUNCTION_CALL: {json.dumps(CALL)} TOOL: at 6:10 ASSISTANT:",
    ),
    "alpaca": (ALPACA, f"{DECLARED}\n\nTides at Brest?"),
    "a system message of its own": (
        {
            "conversations": [
                {"from": "system", "value": "Be brief."},
                *SHAREGPT["conversations"][::3],
            ],
            "system": "Talk like a pirate.",
        },
        "Be brief.\n\nTides at Brest?",
    ),
}


@pytest.mark.parametrize("case", ROWS)
def test_agents_see_what_there_is_and_calls_stay(tmp_path: Path, case: str) -> None:
    row, told = ROWS[case]
    data, run = write_jsonl(tmp_path / "data.jsonl", [row]), tmp_path / "run"
    with serve() as server:
        result = coevol("evolve", data, "--out", run, "--framework", "debate", *at(server))
    assert result.code == 0, result.err
    (record,) = read_jsonl(run / "evolutions.jsonl")
    evolved = record if record["kind"] == "sample" else record["turns"][-1]
    assert evolved["instruction"] == told
    (out,) = read_jsonl(run / "evolved.jsonl")
    assert answers(out) != answers(row)
    assert (without_last(out), list(out)) == (without_last(row), list(row))


def answers(row: Fields) -> Any:
    listed = row.get("messages") or row.get("conversations")
    return listed[-1] if listed else row["output"]


def without_last(row: Fields) -> Fields:
    """All of a row but its last answer, which was evolved."""
    return {
        name: value[:-1] if name in ("messages", "conversations") else value
        for name, value in row.items()
        if name != "output"
    }


@pytest.mark.parametrize(
    ("tools", "told"),
    [
        ([FUNCTION], DECLARED),
        ([{"type": "function", "function": {"name": "f"}}], "Tools:\n- f()"),
        ([{"name": "f", "parameters": {"x": {"type": "int"}, "y": 1}}], "Tools:\n- f(x: int, y)"),
        ("none", ""),
        ("[]", ""),
        (None, ""),
        (["hammer", "saw"], ""),
        ([{"name": "f"}, {"name": 3}], ""),
        ({"name": "f"}, ""),
    ],
)
def test_what_is_no_declaration_is_a_field_like_any_other(tools: Any, told: str) -> None:
    assert declared(tools) == told


@pytest.mark.parametrize(
    ("calls", "told"),
    [
        (
            [{"function": CALL}, {"function": CALL}],
            'tide({"place":"Brest"}) tide({"place":"Brest"})',
        ),
        ({"name": "tide", "arguments": "{}"}, "tide({})"),
        ([{"name": "tide"}], '{"name":"tide"}'),
        ("tide", '"tide"'),
    ],
)
def test_calls_in_words(calls: Any, told: str) -> None:
    assert called(calls) == told
