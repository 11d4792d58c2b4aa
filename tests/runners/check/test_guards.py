"""Guards through the whole command: what a leaky editor leaves in the data, and what it costs."""

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.guards.flaws import DEFAULT
from tests.runners.commands import at, coevol
from tests.runners.datasets import Fields, plain, read_jsonl
from tests.support import answers
from tests.support.edits import edit
from tests.support.rows import write_jsonl
from tests.support.server import serve
from tests.support.words import Prompt

ROWS: list[Fields] = plain(6)


@pytest.fixture(name="leak")
def leaky_editor(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the loopback editor says around its edits: `{}` is the edit."""
    leak = ["{}"]

    def leaked(prompt: Prompt) -> str:
        return leak[0].format(edit(prompt))

    monkeypatch.setattr(answers, "edit", leaked)
    return leak


def run(folder: Path, *options: object) -> Path:
    """The folder of a run over the rows."""
    folder.mkdir(exist_ok=True)
    data, out = write_jsonl(folder / "data.jsonl", ROWS), folder / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", out, "--rounds", 1, *at(server), *options).code == 0
    return out


def summary_of(folder: Path) -> Any:
    return json.loads((folder / "summary.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("around", "name"),
    [
        ("Sure! Here is the revised response:\n\n{}", "lead_in"),
        ("{}\n\n**Changes made:**\n- Added an example.", "remark"),
        ("<revised_response>\n{}\n</revised_response>", "tags"),
        ("{}<|im_end|>", "tokens"),
    ],
)
def test_a_leak_never_reaches_the_data(
    tmp_path: Path, leak: list[str], around: str, name: str
) -> None:
    clean = run(tmp_path / "clean")
    leak[0] = around
    leaky = run(tmp_path / "leaky")
    assert read_jsonl(leaky / "evolved.jsonl") == read_jsonl(clean / "evolved.jsonl")
    guards = summary_of(leaky)["guards"]
    assert guards["cleaned"][name] > len(ROWS) // 2
    assert "guards cleaned" in coevol("check", leaky).out


def test_a_flawed_edit_is_refused_and_no_judge_is_paid(tmp_path: Path, leak: list[str]) -> None:
    leak[0] = "{}\n\nReviewer 1 asked for it."
    flawed = run(tmp_path)
    assert [row["output"] for row in read_jsonl(flawed / "evolved.jsonl")] == [
        row["output"] for row in ROWS
    ]
    summary = summary_of(flawed)
    assert summary["guards"]["refused"] == {"role_names": len(ROWS)}
    assert summary["guards"]["judge_calls_saved"] == 2 * len(ROWS)
    assert summary["calls"]["answered"] == 6 * len(ROWS)
    assert summary["stop_reasons"] == {"edit_refused": len(ROWS)}
    found = json.loads(coevol("check", flawed, "--json").out)
    assert found["guards"] == summary["guards"]
    assert not any(each["rows"] for each in found["flaws"] if each["flaw"] in DEFAULT)


@pytest.mark.parametrize(
    ("options", "least", "most", "told"),
    [
        ((), 12, 12, "role_names 6; 12 judge calls saved"),
        (("--economy",), 6, 12, "role_names 6; up to 12 judge calls saved"),
        (("--framework", "debate"), 0, 0, "role_names 6\n"),
    ],
)
def test_judge_calls_are_saved_where_judges_are(
    tmp_path: Path, leak: list[str], options: tuple[str, ...], least: int, most: int, told: str
) -> None:
    leak[0] = "{}\n\nReviewer 1 asked for it."
    flawed = run(tmp_path, *options)
    guards = summary_of(flawed)["guards"]
    assert (guards["judge_calls_saved_at_least"], guards["judge_calls_saved"]) == (least, most)
    assert told in coevol("check", flawed).out


@pytest.mark.parametrize(
    ("row", "around", "name", "reason"),
    [
        ({"output": '{"a": 1}'}, "It is: {}", "json", None),
        ({"output": "6 * 7 = 42\n#### 42"}, "{}\n#### 43", "answer", None),
        ({"output": "```python\nx = 1\n```"}, "{}\n\n```python\nx = (\n```", "python", None),
        (
            {"instruction": 'Tell it without using the word "tin".', "output": "Red."},
            "{}\n\nIt is tin.",
            "format",
            "not the word 'tin'",
        ),
    ],
)
def test_a_guard_on_request_refuses_and_check_sees_the_same(
    tmp_path: Path, leak: list[str], row: Fields, around: str, name: str, reason: str | None
) -> None:
    leak[0] = around
    rows = [{"instruction": "Say it.", "input": "", **row}]
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    for guards, out in (("none", tmp_path / "let"), (f"default,{name}", tmp_path / "kept")):
        options = ("--rounds", 1, "--framework", "debate", "--guards", guards)
        with serve() as server:
            assert coevol("evolve", data, "--out", out, *options, *at(server)).code == 0
    (kept,) = read_jsonl(tmp_path / "kept" / "evolved.jsonl")
    assert kept["output"] == row["output"]
    (record,) = read_jsonl(tmp_path / "kept" / "evolutions.jsonl")
    (refused,) = [e for e in record["rounds"][0]["guarded"]["refused"] if e["guard"] == name]
    assert refused.get("reason") == reason
    found = json.loads(coevol("check", tmp_path / "let", "--json").out)
    assert name in [each["flaw"] for each in found["flaws"] if each["rows"]]
    to = ("--to", "alpaca", "--out", tmp_path / "exported", "--drop", name)
    exported = coevol("export", tmp_path / "let", *to)
    assert "dropped for a flaw" in exported.out + exported.err
