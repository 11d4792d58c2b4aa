"""What agents can't see: rows with images, films and sound pass untouched, and it is told."""

import json
import re
from pathlib import Path

import pytest

from tests.runners.commands import at, coevol
from tests.runners.datasets import Fields, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import serve

PLAIN: Fields = {"instruction": "Describe a clock.", "output": "it ticks"}
TALK = [
    {"role": "user", "content": "<image>What is it?"},
    {"role": "assistant", "content": "it is a fox"},
]
PICTURE = {"type": "image_url", "image_url": {"url": "a.png"}}
COLUMNS: list[Fields] = [
    {"images": ["a.png"]},
    {"image": {"bytes": None, "path": "a.png"}},
    {"videos": ["a.mp4"]},
    {"audio": "a.wav"},
]


@pytest.mark.parametrize("kind", ["alpaca", "messages"])
def test_rows_with_media_beside_them_pass(tmp_path: Path, kind: str) -> None:
    own = PLAIN if kind == "alpaca" else {"messages": TALK}
    rows = [own, *({**own, **column} for column in COLUMNS), {**own, "images": [], "image": None}]
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        result = coevol("evolve", data, "--out", run, "--rounds", 1, *at(server))
        assert result.code == 0, result.err
        estimate = coevol("estimate", data, *at(server))
        calls = server.answered
        assert coevol("resume", run).code == 0
        assert server.answered == calls == 8  # the same task twice, evolved once
    out = read_jsonl(run / "evolved.jsonl")
    assert [json.dumps(each) for each in out[1:5]] == [json.dumps(each) for each in rows[1:5]]
    skipped = [each.get("skipped") for each in read_jsonl(run / "evolutions.jsonl")]
    assert skipped == [None, *4 * ["media"], None]
    assert "6 rows: 6 finished, " in result.err
    assert "not evolved: 4 rows with an image, a video or audio in a column" in result.err
    assert json.loads((run / "summary.json").read_text())["passed"] == {"media": 4}
    assert re.search(r"\) │ 1 +│", estimate.out)  # likewise


def test_turns_about_a_picture_are_told(tmp_path: Path) -> None:
    shown = [{"role": "user", "content": [PICTURE, {"type": "text", "text": "What?"}]}, TALK[1]]
    rows = [{"messages": shown}, {"messages": [{"role": "user", "content": "Hi"}, TALK[1]]}]
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        result = coevol("evolve", data, "--out", run, "--rounds", 1, *at(server))
    assert read_jsonl(run / "evolved.jsonl")[0] == rows[0]
    assert "not evolved: 1 turn whose question has parts other than text" in result.err


def test_a_run_of_pictures_alone_asks_nobody(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", [{**PLAIN, "images": ["a.png"]}])
    with serve() as server:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server))
        assert not server.requests
    assert (result.code, "not evolved: 1 row" in result.err) == (0, True)
    for looking in ("report", "check", "status"):
        assert coevol(looking, tmp_path / "run").code == 0, looking
