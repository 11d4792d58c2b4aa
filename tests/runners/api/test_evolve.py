"""A whole dataset from Python: the command line's run, by a function."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import sleep
from typing import Any

import pytest

import runners
from runners import EvolvedDataset, aevolve, evolve
from runners.errors import UsageError
from runners.folder.records import Evolution, Record
from runners.run.view import Snapshot
from tests.runners.commands import KEY, at, coevol, contents
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl, write_json
from tests.support.server import Server

ROWS = alpacas(12)
MODEL = "openai:test-model"


def test_it_is_the_command_lines_run(
    tmp_path: Path, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    data = write_json(tmp_path / "data.json", ROWS)
    by_command, by_function = tmp_path / "command", tmp_path / "function"
    assert coevol("evolve", data, "--out", by_command, *at(server)).code == 0
    capfd.readouterr()
    calls = server.answered
    result = evolve(data, by_function, model=MODEL, base_url=server.base_url)
    assert capfd.readouterr() == ("", "")
    assert server.answered == 2 * calls
    for name in ("evolved.jsonl", "evolutions.jsonl", "failures.jsonl", "run.yaml"):
        assert (by_command / name).read_bytes() == (by_function / name).read_bytes()
    assert list(result) == evolved(ROWS)
    assert len(result) == len(ROWS)
    assert result.counts == (len(ROWS), len(ROWS), result.counts.improved, 0)
    assert [record.model_dump() for record in result.records()] == [
        {name: value for name, value in record.items() if name != "position"}
        for record in read_jsonl(by_command / "evolutions.jsonl")
    ]
    assert list(EvolvedDataset(by_command)) == list(result)
    assert result.summary == json.loads((by_function / "summary.json").read_text())


class Streamed:
    """Rows as an IterableDataset gives them: one after another, as often as asked, no length."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(row) for row in ROWS)


@pytest.mark.parametrize(
    "rows",
    [lambda: ROWS, lambda: tuple(ROWS), lambda: (dict(row) for row in ROWS), Streamed],
    ids=["list", "tuple", "generator", "stream"],
)
def test_rows_from_memory(
    tmp_path: Path, server: Server, rows: Callable[[], list[dict[str, Any]]]
) -> None:
    run, model = tmp_path / "run", {"model": MODEL, "base_url": server.base_url}
    assert list(evolve(rows(), run, model=MODEL, base_url=server.base_url)) == evolved(ROWS)
    answered = server.answered
    assert list(evolve(rows(), run, **model)) == evolved(ROWS)  # type: ignore[arg-type]
    assert coevol("resume", run).code == 0  # the rows are in the folder
    assert server.answered == answered
    assert f"{len(ROWS)} of {len(ROWS)} done" in coevol("status", run).out
    assert [each.name for each in run.iterdir() if each.name.startswith("data")] == [
        "data.jsonl.zst"
    ]


def test_no_more_rows_are_taken_than_wanted(tmp_path: Path) -> None:
    def endless() -> Iterator[dict[str, object]]:
        number = 0
        while True:
            yield plain(1, f"row {number}")[0]
            number += 1
            assert number <= 5

    run = tmp_path / "run"
    result = evolve(endless(), run, offset=2, limit=3)
    assert [row["instruction"] for row in result] == [f"Describe row {n} 0." for n in (2, 3, 4)]
    assert len(evolve(plain(9, "row 2"), tmp_path / "other", limit=4)) == 4


def test_conversations_too(tmp_path: Path) -> None:
    messages = [
        {"role": "user", "content": "What is a tide clock?"},
        {"role": "assistant", "content": "A clock for the tide"},
    ]
    [row] = evolve([{"messages": messages, "kept": None}], tmp_path / "run")
    assert row == {
        "messages": [messages[0], {"role": "assistant", "content": "A clock for the tide."}],
        "kept": None,
    }


def test_a_temporary_folder_goes_with_its_result(temporary: Path) -> None:
    result = evolve(plain(2))
    assert result.out.parent == temporary
    rows = iter(result)
    del result
    assert next(rows)["output"] == "It is row 0."
    rows.close()  # type: ignore[attr-defined]
    del rows
    assert list(temporary.iterdir()) == []


async def test_in_a_running_loop(tmp_path: Path, server: Server) -> None:
    with pytest.raises(UsageError, match=r"await aevolve\(\.\.\.\) instead"):
        evolve(ROWS)
    threads = set[int]()
    heard = list[str]()

    async def hear(record: Record) -> None:
        await asyncio.sleep(0)
        threads.add(threading.get_ident())
        heard.append(record.id)

    first, second = await asyncio.gather(
        aevolve(ROWS, tmp_path / "one", model=MODEL, base_url=server.base_url, on_row=hear),
        aevolve(iter(plain(3)), tmp_path / "two", rounds=1, on_row=hear),
    )
    assert list(first) == evolved(ROWS)
    assert len(second) == 3
    assert sorted(heard) == sorted(each.id for run in (first, second) for each in run.records())
    assert threads == {threading.get_ident()}


def test_callbacks(tmp_path: Path, server: Server) -> None:
    shown, finished = list[Snapshot](), list[Record]()
    run = tmp_path / "run"
    poison = {**ROWS[3], "instruction": "Say xyzzy."}
    rows = [*ROWS[:3], poison, *ROWS[4:]]
    server.change(poison="xyzzy.")
    result = evolve(
        rows,
        run,
        model=MODEL,
        base_url=server.base_url,
        attempts=1,
        on_progress=shown.append,
        on_row=finished.append,
    )
    assert (shown[0].done, shown[0].rows) == (0, len(rows))
    assert (shown[-1].done, shown[-1].improved, shown[-1].failed) == (
        len(rows),
        result.counts.improved,
        1,
    )
    assert shown[-1].calls == server.answered
    assert sorted(each.id for each in finished) == sorted(each.id for each in result.records())
    [failed] = [each for each in finished if each.failure is not None]
    assert isinstance(failed, Evolution)
    assert failed.instruction == "Say xyzzy."
    assert list(result)[3] == poison


def test_a_run_is_not_far_ahead_of_a_slow_callback(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.api.background._BACKLOG", 2)
    run, rows, heard, ahead = tmp_path / "run", plain(30), list[str](), list[int]()

    def hear(record: Record) -> None:
        if not heard:
            sleep(1)
            ahead.append(finished(run))
        heard.append(record.id)

    evolve(rows, run, model=MODEL, base_url=server.base_url, concurrency=1, on_row=hear)
    assert ahead[0] <= 2 + 8  # what may be behind, and the samples that are open
    assert len(set(heard)) == len(rows)


def finished(run: Path) -> int:
    with closing(sqlite3.connect(run / "run.db")) as database:
        return database.execute("SELECT count(*) FROM samples").fetchone()[0]


def test_no_key_is_in_anything_it_writes(
    tmp_path: Path, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    server.change(poison="clock")
    result = evolve(ROWS, run, model=MODEL, base_url=server.base_url, attempts=1)
    assert result.counts.failed > 0
    assert [path for path, data in contents(run) if KEY.encode() in data] == []
    assert KEY not in repr(list(result.records())) + repr(result)
    assert "failed" in (run / "run.log").read_text()
    assert capfd.readouterr() == ("", "")


def test_runs_at_once_keep_their_logs_apart(tmp_path: Path, server: Server) -> None:
    server.change(poison="xyzzy")

    async def both() -> None:
        model: Any = {"model": MODEL, "base_url": server.base_url, "attempts": 1}
        runs = (aevolve(plain(3, tag), tmp_path / tag, **model) for tag in ("xyzzy", "other"))
        await asyncio.gather(*runs)

    asyncio.run(both())
    log = (tmp_path / "xyzzy" / "run.log").read_text()
    assert log.count("failed") == 3
    assert not (tmp_path / "other" / "run.log").exists()


def test_the_help_is_quick() -> None:
    """What is heavy is imported when a dataset is evolved, not when the commands are listed."""
    script = """import sys; from runners.cli.app import app; app(["--help"], standalone_mode=False);
heavy = {"aiohttp", "langchain_core", "langgraph", "langsmith", "openai", "pydantic", "yaml"};
print("imported:", sorted(heavy & {*sys.modules}))"""
    command = [sys.executable, "-c", script]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "evolve" in printed
    assert printed.endswith("imported: []\n")


def test_the_package_names_what_it_has() -> None:
    assert runners.__all__ == ["EvolvedDataset", "aevolve", "calibrate", "compare", "evolve"]
    with pytest.raises(AttributeError, match="'evolves'"):
        _ = runners.evolves
