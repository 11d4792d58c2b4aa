"""Exports in a store, through the real s3fs to a loopback S3; and exports in shards anywhere."""

import io
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.runners.commands import assert_one_line, coevol, contents
from tests.runners.datasets import plain
from tests.runners.export.exports import evolved_rows, export, run_of
from tests.support.s3 import BUCKET, S3, SECRET

parquet: Any = import_module("pyarrow.parquet")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of(tmp_path_factory.mktemp("stores"), plain(10))


def test_a_run_in_a_store_becomes_shards_in_a_store(s3: S3, tmp_path: Path) -> None:
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in plain(7))
    data, run, out = s3.put("input/rows.jsonl", lines), tmp_path / "run", f"s3://{BUCKET}/shards"
    assert coevol("evolve", data, "--out", run, "--quiet").code == 0
    result = coevol("export", run, "--to", "parquet", "--out", out, "--shard-rows", 3)
    assert result.code == 0, result.err
    assert result.out.startswith(f"{out}: 7 rows\n")
    files = s3.contents("shards/")
    names = [f"data/train-0000{number}-of-00003.parquet" for number in range(3)]
    assert list(files) == [*names, "export.yaml"]
    tables = [parquet.read_table(io.BytesIO(files[name])) for name in names]
    assert [table.num_rows for table in tables] == [3, 3, 1]
    assert [row for table in tables for row in table.to_pylist()] == evolved_rows(run)
    stamp = yaml.safe_load(files["export.yaml"])
    assert (stamp["shard_rows"], list(stamp["sha256"]), "unfinished" in stamp) == (3, names, False)
    datasets: Any = import_module("datasets")
    shards = datasets.load_dataset("parquet", data_files=f"{out}/data/*.parquet", streaming=True)
    assert list(shards["train"]) == evolved_rows(run)
    assert [path for path, content in contents(run) if SECRET.encode() in content] == []
    assert not list(run.glob(".export*"))


@pytest.mark.parametrize("to", ["trl", "llama-factory", "preference", "sharegpt"])
def test_what_is_in_the_store_is_what_would_be_on_the_disk(
    s3: S3, run: Path, tmp_path: Path, to: str
) -> None:
    """One target after another in the same place: nothing of an earlier one is left."""
    place = f"s3://{BUCKET}/same/place/"
    assert coevol("export", run, "--to", to, "--out", place, "--force").code == 0
    assert export(run, to, tmp_path / "out").code == 0
    there = s3.contents("same/place/")
    here = {
        path.relative_to(tmp_path / "out").as_posix(): content
        for path, content in contents(tmp_path / "out")
    }
    stamps = [yaml.safe_load(files.pop("export.yaml")) for files in (there, here)]
    assert there == here
    assert list(stamps[0].pop("versions")) == list(stamps[0]["sha256"])
    assert stamps[0] == stamps[1]


def test_something_else_in_the_store_is_left_alone(s3: S3, run: Path) -> None:
    out = f"s3://{BUCKET}/mine"
    to_mine = ("export", run, "--to", "alpaca", "--out", out)

    def refused(words: str) -> None:
        before = s3.contents("mine")
        result = coevol(*to_mine)
        assert (result.code, result.out) == (2, "")
        assert_one_line(result.err, f"coevol: {out}: {words}; give a")
        assert s3.contents("mine") == before

    s3.put("mine", b"a file")
    refused("is a file")
    s3.delete("mine")
    s3.put("mine/thesis.txt", b"all of it")
    refused("holds something else")
    s3.put("mine/export.yaml", b"\x00")
    refused("holds something else")
    s3.delete("mine/thesis.txt")
    s3.delete("mine/export.yaml")
    s3.put("mine2/beside.txt", b"not in it")
    s3.put("mine/", b"")  # how consoles make an empty folder
    assert coevol(*to_mine).code == 0
    s3.put("mine/saves/model.bin", b"weeks of training")
    refused("saves/model.bin was added since the export")
    s3.delete("mine/saves/model.bin")
    s3.put("mine/data.jsonl", s3.contents("mine/")["data.jsonl"].upper())
    refused("data.jsonl was changed since the export")


def test_an_upload_that_breaks_off_is_marked_and_made_good(s3: S3, run: Path) -> None:
    """After each of the calls that it consists of, until none is left."""
    to_broken = ("export", run, "--out", f"s3://{BUCKET}/broken", "--force")
    to_alpaca = (*to_broken, "--to", "alpaca", "--shard-rows", 5)
    states: list[str] = []
    while "done" not in states:
        if states[-1:] != ["as before"]:
            assert coevol(*to_broken, "--to", "sharegpt").code == 0
        before = s3.contents("broken/")
        with s3.refusing(after=len(states)):
            result = coevol(*to_alpaca)
        there = s3.contents("broken/")
        if result.code == 0:
            states.append("done")
        elif there == before:
            states.append("as before")
        else:
            assert yaml.safe_load(there["export.yaml"])["unfinished"] is True
            states.append("unfinished")
            assert coevol(*to_alpaca).code == 0
        assert "unfinished" not in yaml.safe_load(s3.contents("broken/")["export.yaml"])
    assert states.count("as before") > 2
    assert states.count("unfinished") > 3  # two files written, one removed, a listing
    names = ["data/train-00000-of-00002.jsonl", "data/train-00001-of-00002.jsonl", "export.yaml"]
    assert list(s3.contents("broken/")) == names


def test_places_where_no_export_goes(s3: S3, run: Path) -> None:
    everything = s3.contents()
    for out, words in (
        ("s3://no-such-bucket/out", "bucket does not exist"),
        ("hf://datasets/me/data", "--to hub --repo OWNER/NAME"),
        ("https://host/folder", "can't be written to"),
        ("nowhere://bucket/out", "no store is known by nowhere://"),
        (f"s3://me:{SECRET}@bucket/out", "no user name or password"),
    ):
        result = coevol("export", run, "--to", "alpaca", "--out", out)
        assert (result.code, result.out) == (2, "")
        assert_one_line(result.err, words)
        assert SECRET not in result.err
    with s3.refusing():
        denied = coevol("export", run, "--to", "alpaca", "--out", f"s3://{BUCKET}/denied")
    assert denied.code == 2
    assert_one_line(denied.err, f"s3://{BUCKET}/denied: no permission")
    pushed = ("--to", "hub", "--repo", "me/data", "--out", f"s3://{BUCKET}/hub")
    assert_one_line(coevol("export", run, *pushed).err, "--repo: ", "a folder as --out")
    assert s3.contents() == everything
    assert not list(run.glob(".export*"))


@pytest.mark.parametrize("to", ["parquet", "hub", "alpaca", "messages"])
def test_shards_on_a_disk(run: Path, tmp_path: Path, to: str) -> None:
    suffix = "parquet" if to in ("parquet", "hub") else "jsonl"
    assert export(run, to, tmp_path / "out", "--shard-rows", 4).code == 0
    paths = sorted((tmp_path / "out" / "data").iterdir())
    assert [path.name for path in paths] == [
        f"train-{number:05}-of-00003.{suffix}" for number in range(3)
    ]
    assert export(run, to, tmp_path / "whole").code == 0
    (whole,) = (tmp_path / "whole").rglob(f"*.{suffix}")
    assert rows_in(*paths) == rows_in(whole)
    assert export(run, to, tmp_path / "out", "--shard-rows", 10).code == 0
    (path,) = (tmp_path / "out" / "data").iterdir()
    assert path.name == f"train-00000-of-00001.{suffix}"


def rows_in(*paths: Path) -> list[object]:
    if paths[0].suffix == ".parquet":
        return [row for path in paths for row in parquet.read_table(path).to_pylist()]
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def test_columns_have_one_type_in_all_shards(tmp_path: Path) -> None:
    """Though there is nothing but nulls in the first shard."""
    rows = [{**row, "mark": 1.5 if number > 2 else None} for number, row in enumerate(plain(4))]
    assert export(run_of(tmp_path, rows), "parquet", tmp_path / "out", "--shard-rows", 2).code == 0
    paths = sorted((tmp_path / "out" / "data").iterdir())
    schemas = [parquet.read_schema(path) for path in paths]
    assert schemas[0] == schemas[1]
    assert [row["mark"] for row in parquet.read_table(paths).to_pylist()] == [None, None, None, 1.5]


def test_a_large_export_is_divided_by_itself(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.export.shards.SHARD_ROWS", 6)
    assert export(run, "parquet", tmp_path / "out").code == 0
    assert len(list((tmp_path / "out" / "data").iterdir())) == 2


def test_trainers_have_one_file(run: Path, tmp_path: Path) -> None:
    result = export(run, "trl", tmp_path / "out", "--shard-rows", 4)
    assert result.code == 2
    assert_one_line(result.err, "--shard-rows: only with --to alpaca or")
