"""A run that an earlier revision began: this one reads it, ends it, and pays for nothing twice.

The folder beside this file was made by revision adbc7c5, the last one before runners/ had rooms:
`coevol evolve data.json --out earlier_folder --model rehearsal --concurrency 2`, killed at its 96th
call. Since then its database was put into one file, and the path of its data was cut to the name.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult

from nodes.models.rehearsal import RehearsalModel
from tests.runners.commands import coevol

EARLIER = Path(__file__).with_name("earlier_folder")
ROWS, FINISHED, KEPT = 12, 3, 95
"""What the folder holds: rows, finished ones, and answered calls."""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy of the folder, as if it had been begun on this machine."""
    copy = shutil.copytree(EARLIER, tmp_path / "run")
    settings = (copy / "run.yaml").read_text("utf-8")
    assert "path: data.json\n" in settings
    moved = settings.replace("path: data.json\n", f"path: {copy / 'data.json'}\n")
    (copy / "run.yaml").write_text(moved, "utf-8")
    return copy


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The prompts that the rehearsal model is sent, each with its whole memory."""
    prompts: list[str] = []
    answer = RehearsalModel._agenerate  # pyright: ignore[reportPrivateUsage]

    async def listen(self: RehearsalModel, messages: list[BaseMessage], **more: Any) -> ChatResult:
        prompts.append("\n".join(message.text for message in messages))
        return await answer(self, messages, **more)

    monkeypatch.setattr(RehearsalModel, "_agenerate", listen)
    return prompts


@pytest.mark.parametrize("records", ["there", "lost"])
def test_it_goes_on_and_no_kept_call_is_made_again(
    run: Path, tmp_path: Path, asked: list[str], records: str
) -> None:
    whole = tmp_path / "whole"
    assert coevol("evolve", run / "data.json", "--out", whole, "--quiet").code == 0
    undisturbed = asked.copy()
    asked.clear()
    if records == "lost":  # then the calls of finished rows are looked for, too
        with closing(sqlite3.connect(run / "run.db")) as database, database:
            database.execute("DELETE FROM samples")
    assert coevol("resume", run, "--quiet").code == 0
    assert len(set(undisturbed)) == len(undisturbed)
    assert set(asked) < set(undisturbed)
    assert len(asked) == len(undisturbed) - KEPT
    for name in ("evolved.jsonl", "evolutions.jsonl", "failures.jsonl"):
        assert (run / name).read_bytes() == (whole / name).read_bytes()
    assert answered(run) == answered(whole) == len(undisturbed)


def answered(run: Path) -> int:
    """How many calls a run has paid for, by its own count."""
    return json.loads((run / "summary.json").read_text("utf-8"))["calls"]["answered"]


def test_its_status_is_read(run: Path) -> None:
    result = coevol("status", run, "--json")
    assert result.code == 0, result.err
    status = json.loads(result.out)
    assert (status["data"], status["model"]) == (str(run / "data.json"), "rehearsal")
    assert (status["rows"]["rows"], status["rows"]["left"]) == (ROWS, ROWS - FINISHED)
    assert status["calls"] == {"answered": KEPT, "in_journal": KEPT}


def test_its_rows_are_shown(run: Path) -> None:
    with closing(sqlite3.connect(run / "run.db")) as database:
        ids = [id_ for (id_,) in database.execute("SELECT id FROM samples ORDER BY id")]
    assert len(ids) == FINISHED
    for id_ in ids:
        result = coevol("show", run, "--id", id_)
        assert result.code == 0, result.err
        assert f"sample {id_}" in result.out
        assert "before, and kept as it was: not_improved" in result.out
    assert coevol("show", run).code == 0
