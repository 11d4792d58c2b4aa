"""Datasets in a store: the real s3fs on a loopback S3, the real HfFileSystem on a loopback Hub."""

import json
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
import zstandard

from runners.files import read_rows
from runners.stores import location_of
from tests.runners.commands import (
    at,
    coevol,
    contents,
    ended,
    started,
)
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl, write_jsonl
from tests.runners.test_files import ROWS, WRITERS
from tests.support.s3 import S3, SECRET, serve_s3
from tests.support.server import Server

arrow: Any = import_module("pyarrow")
parquet: Any = import_module("pyarrow.parquet")


@pytest.fixture(scope="module")
def loopback() -> Generator[S3]:
    with serve_s3() as s3:
        yield s3


@pytest.fixture
def s3(loopback: S3, monkeypatch: pytest.MonkeyPatch) -> S3:
    for name, value in loopback.environment.items():
        monkeypatch.setenv(name, value)
    return loopback


def packed(rows: list[dict[str, Any]]) -> bytes:
    return zstandard.compress(b"".join(json.dumps(row).encode() + b"\n" for row in rows))


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file_is_read_from_a_store(s3: S3, tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    url = s3.put(f"kinds/{name}", (tmp_path / name).read_bytes())
    rows = list(read_rows(location_of(url)))
    assert [row.fields for row in rows] == ROWS
    assert rows[2].where == f"{url}, row 3"


def test_a_run_over_an_object_is_that_over_a_file(s3: S3, tmp_path: Path, server: Server) -> None:
    rows = alpacas(12)
    url = s3.put("runs/rows.jsonl.zst", packed(rows))
    local = write_jsonl(tmp_path / "rows.jsonl", rows)
    for data, run in ((url, tmp_path / "remote"), (local, tmp_path / "local")):
        result = coevol("evolve", data, "--out", run, *at(server), "--max-tokens-total", 9000)
        assert result.code == 4, result.err
        result = coevol("resume", run)  # by what run.yaml says
        assert result.code == 0, result.err
    remote, local = tmp_path / "remote", tmp_path / "local"
    assert (remote / "evolved.jsonl").read_bytes() == (local / "evolved.jsonl").read_bytes()
    assert read_jsonl(remote / "evolved.jsonl") == evolved(rows)
    data = yaml.safe_load((remote / "run.yaml").read_text())["data"]
    assert (data["path"], data["sha256"]) == (url, None)
    assert len(data["version"]) == 64
    assert [path for path, content in contents(remote) if SECRET.encode() in content] == []


def test_a_run_over_a_folder_of_shards(s3: S3, tmp_path: Path) -> None:
    rows, folder = plain(9), tmp_path / "shards"
    folder.mkdir()
    for number in range(3):
        shard = arrow.Table.from_pylist(rows[number * 3 : number * 3 + 3])
        parquet.write_table(shard, folder / f"train-{number:05}-of-00003.parquet")
    url = s3.upload(folder, "folder/data")
    s3.put("folder/data/README.md", b"not data")
    s3.put("folder/data/deeper/0.parquet", b"not wanted")
    with started("evolve", url, "--out", tmp_path / "remote") as process:
        result = ended(process)
    assert result.code == 0, result.err
    assert "nclosed" not in result.err
    assert coevol("evolve", folder, "--out", tmp_path / "local").code == 0
    outcomes = [(tmp_path / run / "evolved.jsonl").read_bytes() for run in ("remote", "local")]
    assert outcomes[0] == outcomes[1]
    assert coevol("estimate", url).out == coevol("estimate", folder).out
