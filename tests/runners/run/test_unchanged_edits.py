"""An editor that gives responses back: it is said of the editor, and says nothing of the judge."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from graph.frameworks import FRAMEWORKS
from tests.runners.commands import Result, at, coevol
from tests.runners.datasets import plain, read_jsonl
from tests.support import answers
from tests.support.edits import given_back
from tests.support.options import ServerOptions
from tests.support.rows import write_jsonl
from tests.support.server import serve

ROWS = 60
SAID = "the editor gives the response back unchanged in 100% of rounds: try another --editor-model"
SPARED = "; --economy asks no judge about them"
WITH_ADVICE = FRAMEWORKS[1:]
"""Whose editors give back what they are to improve."""
PLACE = ServerOptions(judgement="<assistant 1>", models=("test-model", "other-model"))
"""A judge that names the first place: of two texts that are one it can say nothing better."""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(answers, "edit", given_back)
    return tmp_path / "run"


def evolve(run: Path, *options: object) -> Result:
    data = write_jsonl(run.with_suffix(".jsonl"), plain(ROWS))
    with serve(PLACE) as server:
        result = coevol("evolve", data, "--out", run, *at(server), "--concurrency", 1, *options)
    assert result.code == 0, result.err
    return result


def summary_of(run: Path) -> dict[str, Any]:
    return json.loads((run / "summary.json").read_text())


def test_what_a_judge_says_of_one_text_makes_it_not_unfit(run: Path) -> None:
    told = evolve(run).err
    assert "judge:" not in told
    assert f"\n{ROWS} rounds whose edit is the response itself\n" in told
    assert f"\neditor: over {ROWS} rounds, {SAID}" in told
    assert SPARED in told
    judge, editor = (summary_of(run)[who] for who in ("judge", "editor"))
    assert (judge["rounds"], judge["flip_share"], judge["first_place_share"]) == (0, None, None)
    assert (editor["rounds"], editor["unchanged"], editor["unchanged_share"]) == (ROWS, ROWS, 1)
    assert summary_of(run)["verdicts"] == []
    assert [row["output"] for row in read_jsonl(run / "evolved.jsonl")] == [
        row["output"] for row in plain(ROWS)
    ]
    status = coevol("status", run).out
    assert f"\neditor  over {ROWS} rounds, {SAID}" in status
    assert "judge  " not in status
    assert json.loads(coevol("status", run, "--json").out)["editor"] == summary_of(run)["editor"]
    assert coevol("report", run).code == 0
    page = (run / "report.html").read_text(encoding="utf-8")
    assert f"The editor: over {ROWS} rounds, {SAID}" in page
    assert f"{ROWS} rounds whose edit is the response itself" in page
    assert "In all 0 of 0 edits won" in page


def test_progress_tells_it_while_rows_are_left(run: Path) -> None:
    events = map(json.loads, evolve(run, "--json").out.splitlines())
    last = [each for each in events if each["event"] == "progress"][-1]
    assert last["editor"].startswith(SAID)
    assert last["judge"] is None


@pytest.mark.parametrize("options", [("--economy",), ("--framework", "advise")])
def test_no_judge_is_spared_where_none_was_asked(run: Path, options: Sequence[str]) -> None:
    told = evolve(run, *options).err
    assert f"editor: over {ROWS} rounds, {SAID}" in told
    assert SPARED not in told


def test_a_panels_habits_are_those_of_rounds_with_two_responses(run: Path) -> None:
    evolve(run, "--judge-model", "openai:test-model", "--judge-model", "openai:other-model")
    panel = summary_of(run)["panel"]
    assert panel["agreement"] == []
    for each in panel["judges"]:
        assert (each["verdicts"], each["rounds"], each["first_place_share"]) == ({}, 0, None)


def test_an_ablation_says_it_of_each_framework(run: Path) -> None:
    data = write_jsonl(run.with_suffix(".jsonl"), plain(ROWS))
    with serve(PLACE) as server:
        result = coevol("ablate", data, "--out", run, *at(server), "--concurrency", 1)
    assert result.code == 0, result.err
    lines = result.out.splitlines()
    for framework in WITH_ADVICE:
        [told] = [line for line in lines if line.startswith(f"{framework}, editor: ")]
        assert f"over {ROWS} rounds, {SAID}" in told
        assert (SPARED in told) == (framework == "coevol")
    told = json.loads((run / "ablation.json").read_text())["frameworks"]
    assert {line["framework"]: line["editor"]["unchanged_share"] for line in told} == {
        "edit": 0,
        **dict.fromkeys(WITH_ADVICE, 1),
    }
