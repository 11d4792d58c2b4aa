"""What a run says of its rows: one vocabulary everywhere, and null for what nobody told."""

import json
from pathlib import Path

import pytest

from runners import EvolvedDataset
from tests.runners.commands import coevol


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "examples"
    assert coevol("evolve", "examples/alpaca_small.json", "--out", folder).code == 0
    return folder


def test_rows_are_told_in_the_same_words_everywhere(run: Path) -> None:
    rows = {"rows": 12, "finished": 12, "improved": 9, "failed": 0, "left": 0}
    assert json.loads((run / "summary.json").read_text())["rows"] == rows
    counted = {**rows, "all_counted": True}
    assert json.loads(coevol("status", run, "--json").out)["rows"] == counted
    words = "12 finished, 9 improved, 0 failed"
    assert f"12 of 12 done: {words}\n" in coevol("status", run).out
    assert (
        f"\n12 rows: {words}\n" in coevol("evolve", "examples/alpaca_small.json", "--out", run).err
    )
    counts = EvolvedDataset(run).counts
    assert counts._asdict() | {"left": counts.left} == rows


def test_tokens_that_nobody_told_are_null(run: Path) -> None:
    calls = json.loads((run / "summary.json").read_text())["calls"]
    assert calls["without_usage"] == calls["answered"] > 0
    assert (calls["input_tokens"], calls["output_tokens"]) == (None, None)
    status = json.loads(coevol("status", run, "--json").out)
    assert status["tokens"] == {"input": None, "output": None, "reasoning": None}
    assert "\ntokens  unknown\n" in coevol("status", run).out


def test_a_summary_in_earlier_words_is_read(run: Path) -> None:
    now = EvolvedDataset(run)
    path = run / "summary.json"
    text = path.read_text()
    summary = json.loads(text)
    rows = {"evolved" if name == "finished" else name: n for name, n in summary["rows"].items()}
    lengths = summary.pop("mean_response_characters")
    earlier = json.dumps({**summary, "rows": rows, "mean_response_letters": lengths})
    path.write_text(earlier)
    before = EvolvedDataset(run)
    path.write_text(text)
    assert (before.counts, before.summary) == (now.counts, now.summary)
