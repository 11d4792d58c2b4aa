"""Datasets of the Hugging Face Hub, with the real `datasets` library on a loopback hub."""

import gzip
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

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


@pytest.fixture
def fetched() -> Counter[str]:
    """How often the hub was asked for each file's bytes."""
    return Counter()


@pytest.fixture(name="server")
def surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fetched: Counter[str]
) -> Generator[Server]:
    """A hub and a model; the library keeps what it keeps in a folder that is thrown away."""
    with hub(FILES, fetched) as url, serve() as server:
        use(url, tmp_path, monkeypatch)
        yield server


def use(hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")


def evolve(source: str, run: Path, server: Server, *options: object) -> Result:
    """In a process of its own: the library reads its settings when it is imported."""
    with started("evolve", source, "--out", run, *at(server), "--rounds", 1, *options) as process:
        return ended(process)


def test_a_run_fetches_a_file_once_however_often_it_reads(
    tmp_path: Path, server: Server, fetched: Counter[str]
) -> None:
    run = tmp_path / "run"
    result = evolve(f"hf:{NAME}", run, server, "--limit", 4)
    assert result.code == 0, result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(TRAIN[:4], max_rounds=1)
    assert fetched == {"data/train.jsonl": 1}


def test_a_run_goes_on_without_a_network(
    tmp_path: Path, server: Server, fetched: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    result = evolve(f"hf:{NAME}", run, server, "--max-tokens-total", 5000)
    assert result.code == 4, result.err
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with started("resume", run) as process:
        result = ended(process)
    assert result.code == 0, result.err
    result = evolve(f"hf:{NAME}", run, server)
    assert (result.code, "nothing to do" in result.err) == (0, True), result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(TRAIN, max_rounds=1)
    assert fetched == {"data/train.jsonl": 1}


def test_what_was_never_fetched_is_not_there_without_a_network(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for source in (f"hf:{NAME}", f"hf:{NAME}@{REVISION}"):
        result = evolve(source, tmp_path / "run", server)
        assert (result.code, result.out) == (4, "")
        assert_one_line(result.err, "without HF_HUB_OFFLINE")
    assert not (tmp_path / "run").exists()


def test_what_the_disk_has_no_room_for_is_streamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, fetched = tmp_path / "run", Counter[str]()
    with hub(FILES, fetched, {"data/train.jsonl": 1 << 60}) as url, serve() as server:
        use(url, tmp_path, monkeypatch)
        result = evolve(f"hf:{NAME}", run, server)
    assert result.code == 0, result.err
    assert "streamed at each reading: 1,152,921,504.6 GB to fetch, " in result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(TRAIN, max_rounds=1)
    assert fetched["data/train.jsonl"] > 1


COMPARE = """
import os, sys
from pathlib import Path
from datasets import load_dataset
from runners.data.sources import read_rows
name, revision = sys.argv[1:]
streamed = list(load_dataset(name, split="train", revision=revision, streaming=True))
rows = read_rows(Path(f"hf:{name}@{revision}:train"))
assert [row.fields for row in rows] == streamed, streamed
assert len(streamed) == 4
os._exit(0)
"""
"""It leaves without an end: threads of a streamed Parquet file can abort the interpreter's."""


def card(text: str) -> bytes:
    return f"---\n{text}\n---\n# Tides\n".encode()


def packed(table: dict[str, list[object]]) -> bytes:
    arrow: Any = import_module("pyarrow")
    file = BytesIO()
    import_module("pyarrow.parquet").write_table(arrow.table(table), file)
    return file.getvalue()


@pytest.mark.parametrize(
    "files",
    [
        {
            "README.md": card(
                "configs: [{config_name: default, data_files: 'rows-*.csv', sep: ';'}]"
            ),
            "rows-1.csv": b"instruction;output;n\nA, b;C;1\nD;E;2\n",
            "rows-2.csv": b"instruction;output;n\nF;G;3\nH;I;4\n",
        },
        {
            "train-1.jsonl.gz": gzip.compress(b'{"a": "x", "n": 1}\n{"a": "y", "b": {"c": [1]}}\n'),
            "train-2.jsonl.gz": gzip.compress(b'{"a": "z"}\n{"n": 2, "a": null}\n'),
            "test.jsonl.gz": gzip.compress(b'{"a": "no"}\n'),
        },
        {
            "README.md": card(
                "dataset_info: {features: [{name: a, dtype: string}, {name: n, dtype: float64}]}"
            ),
            "data/train-00000-of-00002.parquet": packed({"a": ["x", "y"], "n": [1, 2]}),
            "data/train-00001-of-00002.parquet": packed({"a": ["z", None], "n": [3, 4]}),
        },
    ],
    ids=["csv with a separator", "packed lines, columns missing", "parquet with types"],
)
def test_fetched_rows_are_those_that_are_streamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]
) -> None:
    fetched = Counter[str]()
    with hub(files, fetched) as url:
        use(url, tmp_path, monkeypatch)
        command = [sys.executable, "-c", COMPARE, NAME, REVISION]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr


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
