"""Which judgements are paid for: none of an edit that can't win, as far as nobody need be asked."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import at, coevol
from tests.runners.datasets import alpacas, plain, read_jsonl
from tests.support import answers
from tests.support.edits import edit, given_back
from tests.support.rows import write_jsonl
from tests.support.server import serve
from tests.support.words import Prompt

LEAK = "Red.\n\nReviewer 1 asked for it."


def asked(folder: Path, rows: list[dict[str, Any]], *options: object) -> Counter[str]:
    """The calls of a run, by the role that made them."""
    data = write_jsonl(folder.with_suffix(".jsonl"), rows)
    with serve() as server:
        result = coevol("evolve", data, "--out", folder, *at(server), *options)
        assert result.code == 0, result.err
    told = json.loads((folder / "summary.json").read_text())["calls_by_role"]
    return Counter({each["role"]: each["answered"] for each in told})


def decisions(run: Path) -> list[Any]:
    return [
        (record["stop_reason"], [each["outcome"] for each in record["rounds"]])
        for record in read_jsonl(run / "evolutions.jsonl")
    ]


@pytest.mark.parametrize("options", [(), ("--economy",)], ids=["plain", "economy"])
def test_no_judge_is_paid_for_a_last_edit_that_the_guards_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """In the first of K rounds, in the last, and after the last repair."""

    def leaky(_: Prompt) -> str:
        return LEAK

    monkeypatch.setattr(answers, "edit", leaky)
    for name, more in {"k1": (1, 0), "k3": (3, 0), "repaired": (1, 2)}.items():
        rounds, repairs = more
        limits = ("--rounds", rounds, "--repair", repairs, *options)
        calls = asked(tmp_path / name, plain(4), *limits)
        assert calls["judge"] == 0
        # The same leak again is the same question again, which is not paid for.
        assert calls["editor"] == 4 * (1 + min(repairs, 1))
        assert decisions(tmp_path / name) == [("edit_refused", ["edit_refused"])] * 4


def unchanged(prompt: Prompt) -> str:
    """An editor that mostly says the response again."""
    return edit(prompt) if prompt.digest[0] % 3 == 0 else given_back(prompt)


@pytest.mark.parametrize("mode", ["choice", "score"])
def test_economy_asks_nobody_about_an_edit_that_is_the_response(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(answers, "edit", unchanged)
    rows = [{**row, "output": " ".join(row["output"].split())} for row in alpacas(40)]
    options = ("--judge-mode", mode)
    calls = {
        name: asked(tmp_path / name, rows, *options, *more)
        for name, more in {"plain": (), "economy": ("--economy",)}.items()
    }
    both = [read_jsonl(tmp_path / name / "evolved.jsonl") for name in calls]
    assert both[0] == both[1]
    assert decisions(tmp_path / "plain") == decisions(tmp_path / "economy")
    rounds = [
        each for r in read_jsonl(tmp_path / "economy/evolutions.jsonl") for each in r["rounds"]
    ]
    same = [each for each in rounds if each["edit"]["response"] == each["response"]]
    assert same
    assert all(each["judgements"] == {} for each in same)
    assert calls["economy"]["judge"] <= calls["plain"]["judge"] - len(same)
    assert calls["economy"] - Counter(judge=calls["economy"]["judge"]) == calls["plain"] - Counter(
        judge=calls["plain"]["judge"]
    )
