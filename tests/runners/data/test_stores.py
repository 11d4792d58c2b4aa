"""Datasets in a store: the real s3fs on a loopback S3, the real HfFileSystem on a loopback Hub."""

import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
import zstandard

from runners import evolve
from runners.data.dataset import Dataset, Selection
from runners.data.reading import Reading
from runners.data.sources import read_rows
from runners.data.stores import location_of
from runners.errors import UsageError
from tests.runners.commands import (
    Result,
    after,
    assert_one_line,
    at,
    coevol,
    contents,
    ended,
    started,
)
from tests.runners.data.test_sources import ROWS, WRITERS
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.support.hub import NAME, hub
from tests.support.rows import write_jsonl
from tests.support.s3 import BUCKET, S3, SECRET
from tests.support.server import Server, ServerOptions, serve

arrow: Any = import_module("pyarrow")
parquet: Any = import_module("pyarrow.parquet")


@contextmanager
def anew() -> Generator[None]:
    """Let s3fs forget for a while whom it has spoken with, as in a process of its own."""
    kind: Any = import_module("s3fs").S3FileSystem
    kept = dict(kind._cache)
    kind.clear_instance_cache()
    try:
        yield
    finally:
        kind.clear_instance_cache()
        kind._cache.update(kept)


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
    rows = alpacas(6)
    url = s3.put("runs/rows.jsonl.zst", packed(rows))
    local = write_jsonl(tmp_path / "rows.jsonl", rows)
    for data, run in ((url, tmp_path / "remote"), (local, tmp_path / "local")):
        result = coevol("evolve", data, "--out", run, *at(server), "--max-tokens-total", 5000)
        assert result.code == 4, result.err
        result = coevol("resume", run)  # by what run.yaml says
        assert result.code == 0, result.err
    remote, local = tmp_path / "remote", tmp_path / "local"
    assert (remote / "evolved.jsonl").read_bytes() == (local / "evolved.jsonl").read_bytes()
    assert read_jsonl(remote / "evolved.jsonl") == evolved(rows)
    data = yaml.safe_load((remote / "run.yaml").read_text())["data"]
    assert (data["path"], data["sha256"]) == (url, None)
    assert len(data["version"]) == 64
    other = coevol(
        "evolve", s3.put("runs/other.jsonl.zst", packed(plain(2))), "--out", remote, *at(server)
    )
    assert_one_line(other.err, "none of the rows done there is in s3://", "another --out")
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


def refused(data: str, tmp_path: Path, *words: str) -> Result:
    """Assert that a run over data ends before it begins, with one line that names them."""
    result = coevol("evolve", data, "--out", tmp_path / "run", "--quiet")
    assert (result.code, result.out) == (2, "")
    assert_one_line(result.err, *words)
    assert not (tmp_path / "run").exists()
    return result


MISSING = {
    f"s3://{BUCKET}/nothing.jsonl": "no such file, folder or bucket",
    "s3://no-such-bucket/rows.jsonl": "bucket does not exist",
    "s3://No_Bucket!/rows.jsonl": "Invalid bucket name",
    f"s3://{BUCKET}/nothing/": "no such file, folder or bucket",
    "nowhere://bucket/rows.jsonl": "no store is known by nowhere://",
}


@pytest.mark.parametrize("url", MISSING)
def test_what_is_not_there_is_one_line(s3: S3, tmp_path: Path, url: str) -> None:
    refused(url, tmp_path, f"coevol: {url}: ", MISSING[url])


def test_a_package_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known: Any = import_module("fsspec.registry")._registry
    monkeypatch.delitem(known, "s3", raising=False)  # as if it had not been loaded before
    for name in ("s3fs", "gcsfs", "adlfs"):
        monkeypatch.setitem(sys.modules, name, None)
    missing = "a package for this is not installed"
    for url, words in (
        ("s3://bucket/rows.jsonl", f"{missing}; pip install 'coevol[s3]'"),
        ("gs://bucket/rows.jsonl", f"{missing}; pip install 'coevol[gs]'"),
        ("az://bucket/rows.jsonl", "Install adlfs"),
    ):
        refused(url, tmp_path, f"coevol: {url}: {words}")
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    refused("hf://datasets/me/data/rows.jsonl", tmp_path, f"{missing}; pip install 'coevol[data]'")


def test_keys_that_are_wrong_or_missing(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = s3.put("secret/rows.jsonl", json.dumps(ROWS[0]).encode())
    with s3.refusing():
        for data in (url, f"s3://{BUCKET}/secret", f"simplecache::{url}"):
            result = refused(data, tmp_path, f"{data}: no permission", "keys in the environment")
            assert SECRET not in result.err
    for name in s3.environment:
        if "KEY" in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with anew():
        refused(url, tmp_path, f"{url}: Unable to locate credentials")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"s3://me:{SECRET}@bucket/rows.jsonl", "s3://: no user name or password in a URL"),
        (f"simplecache::ftp://me:{SECRET}@host:21/rows", "simplecache://: no user name"),
        (f"https://host/rows.jsonl?sig={SECRET}", "https://host/rows.jsonl: nothing after a ?"),
    ],
)
def test_a_url_that_opens_something_by_itself_is_refused(
    tmp_path: Path, url: str, words: str
) -> None:
    result = refused(url, tmp_path, words, "keys in the environment")
    assert SECRET not in result.err


def test_an_object_that_changes_during_the_run(s3: S3, tmp_path: Path) -> None:
    rows, run = plain(30), tmp_path / "run"
    url = s3.put("changing/rows.jsonl.zst", packed(rows))
    with serve(ServerOptions(latency=0.01)) as server:
        command = ("evolve", url, "--out", run, *at(server), "--quiet")
        with after(server, 20, lambda: s3.put("changing/rows.jsonl.zst", packed(rows[:-1]))):
            result = coevol(*command)
        assert (result.code, result.out) == (2, "")
        assert_one_line(result.err, f"{url}: changed while the run was reading it; start it again")
        assert not (run / "evolved.jsonl").exists()
        assert coevol(*command).code == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows[:-1])


@pytest.mark.parametrize("shards", [1, 2])
def test_an_object_that_changes_while_it_is_read(s3: S3, shards: int) -> None:
    """Either between two pieces of it that are fetched, or in a shard that is still to come."""
    rows = [{"instruction": "Tell.", "output": "tide " * 200_000}] * 12
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    keys = [f"big{shards}/{number}.jsonl" for number in range(shards)]
    urls = [s3.put(key, lines) for key in keys]
    dataset = Dataset(location_of(urls[0] if shards == 1 else f"s3://{BUCKET}/big2"), Selection())
    assert sum(1 for _ in Reading(dataset)) == 12 * shards
    reading = dataset.rows()
    next(reading)
    s3.put(keys[-1], lines.replace(b"tide", b"wave"))
    with pytest.raises(UsageError, match="changed while the run was reading it"):
        list(reading)


def test_what_else_takes_a_url(s3: S3, tmp_path: Path) -> None:
    """An estimate, Python, and fsspec's own cache on the disk."""
    rows = plain(2)
    url = s3.put("more/rows.jsonl.zst", packed(rows))
    local = write_jsonl(tmp_path / "rows.jsonl", rows)
    assert coevol("estimate", url).out == coevol("estimate", local).out
    assert list(evolve(f"simplecache::{url}")) == list(evolve(local))


def test_a_store_that_is_out_of_reach(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.base_url)  # where nobody will listen
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with anew():
        result = coevol("evolve", f"s3://{BUCKET}/rows.jsonl", "--out", tmp_path / "run", "--quiet")
    assert result.code == 4
    assert_one_line(result.err, "rows.jsonl: no connection to the store (Could not connect")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("evolve", "data.jsonl", "--quiet", "--out"),
        ("ablate", "data.jsonl", "--quiet", "--out"),
        ("status",),
        ("compare", "a.jsonl", "b.jsonl", "--judge-model", "rehearsal", "--out"),
        ("report", "run", "--out"),
    ],
)
def test_what_a_command_writes_by_and_by_is_on_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_jsonl(tmp_path / "data.jsonl", plain(1))
    result = coevol(*command, "s3://bucket/run")
    assert (result.code, result.out) == (2, "")
    assert_one_line(result.err, "coevol: s3://bucket/run: must be on a local disk")
    if command[0] in ("evolve", "status"):
        assert "coevol export RUN --to ... --out s3://bucket/run" in result.err
    assert os.listdir(tmp_path) == ["data.jsonl"]


def test_two_files_in_a_store_are_compared(s3: S3, tmp_path: Path) -> None:
    rows = plain(3)
    a = s3.put("compare/a.jsonl.zst", packed(rows))
    b = s3.put("compare/b.jsonl.zst", packed([{**row, "output": "Another."} for row in rows]))
    out = tmp_path / "out"
    with serve() as server:
        judge = ("--judge-model", "openai:test-model", "--base-url", server.base_url)
        result = coevol("compare", a, b, "--out", out, *judge)
    assert result.code == 0, result.err
    assert json.loads((out / "compare.json").read_text())["pairs"] == 3


def test_a_file_of_the_hub_by_its_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, run = plain(4), tmp_path / "run"
    with hub({"data/train.jsonl.zst": packed(rows)}) as address:
        # HF_ENDPOINT is read when the library is imported, which another test may have done.
        monkeypatch.setitem(import_module("fsspec.config").conf, "hf", {"endpoint": address})
        url = f"hf://datasets/{NAME}/data/train.jsonl.zst"
        result = coevol("evolve", url, "--out", run)
        assert result.code == 0, result.err
        missing = coevol("evolve", f"{url}.gz", "--out", tmp_path / "missing", "--quiet")
    assert missing.code == 2
    assert_one_line(missing.err, f"{url}.gz: no such file")
    assert [row["instruction"] for row in read_jsonl(run / "evolved.jsonl")] == [
        row["instruction"] for row in rows
    ]
