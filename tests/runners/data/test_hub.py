"""Datasets of the Hugging Face Hub, with the real `datasets` library on a loopback hub."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from tests.runners.commands import Result, assert_one_line, at, coevol, ended, started
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.support.hub import NAME, REVISION, hub
from tests.support.server import Server, serve

TRAIN, TEST = plain(5, "train"), plain(2, "test")
FILES = {
    f"data/{split}.jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    for split, rows in (("train", TRAIN), ("test", TEST))
}


@pytest.fixture(name="server")
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    """A hub and a model; the library keeps what it keeps in a folder that is thrown away."""
    with hub(FILES) as url, serve() as server:
        monkeypatch.setenv("HF_ENDPOINT", url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
        yield server


def evolve(source: str, run: Path, server: Server, *options: object) -> Result:
    """In a process of its own: the library reads its settings when it is imported."""
    with started("evolve", source, "--out", run, *at(server), "--rounds", 1, *options) as process:
        return ended(process)


def test_a_dataset_is_streamed(tmp_path: Path, server: Server) -> None:
    run = tmp_path / "run"
    result = evolve(f"hf:{NAME}", run, server, "--limit", 4)
    assert result.code == 0, result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(TRAIN[:4], max_rounds=1)


def test_the_commit_is_pinned_for_the_run_and_its_resumes(tmp_path: Path, server: Server) -> None:
    run = tmp_path / "run"
    result = evolve(f"hf:{NAME}@main", run, server, "--max-tokens-total", 5000)
    assert result.code == 4, result.err
    data = yaml.safe_load((run / "run.yaml").read_text("utf-8"))["data"]
    assert (data["path"], data["rows"]) == (f"hf:{NAME}@{REVISION}:train", 5)
    with started("resume", run) as process:
        result = ended(process)
    assert result.code == 0, result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(TRAIN, max_rounds=1)


@pytest.mark.parametrize("source", ["hf:keeper/nothing", f"hf:{NAME}@nowhere"])
def test_a_dataset_or_revision_that_is_not_there(
    tmp_path: Path, server: Server, source: str
) -> None:
    result = evolve(source, tmp_path / "run", server)
    assert (result.code, result.out) == (2, "")
    assert_one_line(result.err, f"coevol: {source}: ")
    assert not (tmp_path / "run").exists()


def test_a_split_and_a_revision(tmp_path: Path, server: Server) -> None:
    run = tmp_path / "run"
    result = evolve(f"hf:{NAME}@main:test", run, server)
    assert result.code == 0, result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(TEST, max_rounds=1)


def test_a_split_that_is_not_there(tmp_path: Path, server: Server) -> None:
    source = f"hf:{NAME}:validation"
    result = evolve(source, tmp_path / "run", server)
    assert (result.code, result.out) == (2, "")
    source = f"hf:{NAME}@{REVISION}:validation"
    assert_one_line(result.err, f"coevol: {source}: can't be loaded: Bad split: validation")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("source", ["hf:", "hf:@main", "hf:name@:train"])
def test_a_source_written_wrong(tmp_path: Path, source: str) -> None:
    result = coevol("evolve", source, "--out", tmp_path / "run", "--model", "openai:none")
    assert (result.code, result.out) == (2, "")
    assert_one_line(result.err, f"{source}: write hf:NAME")
