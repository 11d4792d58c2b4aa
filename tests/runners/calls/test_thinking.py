"""Endpoints that think: what they think is kept and shown, and no prompt and no row has it."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import pytest

from runners.calls.call_options import Client
from runners.folder.records import answers_of
from runners.storage.compressed import compress, decompress
from tests.runners.calls.evolving import Evolve
from tests.runners.commands import at, coevol, repeated
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve
from tests.support.thoughts import FORMS, THOUGHT, Form

ROWS = alpacas(6)
WORDS = "Okay, two of them."
"""How the thought begins: no row and no answer of the loopback model says that."""


@pytest.fixture(scope="module")
def plainly(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """evolved.jsonl of the rows by the same endpoint without thinking."""
    folder = tmp_path_factory.mktemp("plainly")
    data, out = write_jsonl(folder / "data.jsonl", ROWS), folder / "run"
    with serve() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "some-key")
        assert coevol("evolve", data, "--out", out, *at(server)).code == 0
    return (out / "evolved.jsonl").read_bytes()


def answers(run: Path) -> list[Any]:
    """All answers in a run's records."""
    records = read_jsonl(run / "evolutions.jsonl")
    rounds: list[Any] = [each for record in records for each in record["rounds"]]
    return [answer for each in rounds for answer in answers_of(each)]


def summary_of(run: Path) -> dict[str, Any]:
    return json.loads((run / "summary.json").read_bytes())


@pytest.mark.parametrize("form", FORMS)
def test_rows_come_out_as_without_thinking(
    tmp_path: Path, evolve: Evolve, plainly: bytes, form: Form
) -> None:
    with serve(ServerOptions(thinking=form)) as server:
        result = evolve(tmp_path, server, ROWS)
        assert result.code == 0, result.err
        assert not [each for each in server.requests if WORDS in json.dumps(each.body)]
        assert repeated(server) == 0
    assert (tmp_path / "run" / "evolved.jsonl").read_bytes() == plainly
    assert {answer["thinking"] for answer in answers(tmp_path / "run")} == {THOUGHT}
    assert WORDS not in " ".join(answer["text"] for answer in answers(tmp_path / "run"))


def test_both_clients_keep_the_same(tmp_path: Path) -> None:
    with serve(ServerOptions(thinking="reasoning")) as server:
        for client in get_args(Client):
            (tmp_path / client).mkdir()
            data = write_jsonl(tmp_path / client / "data.jsonl", ROWS)
            out = tmp_path / client / "run"
            assert coevol("evolve", data, "--out", out, *at(server), "--client", client).code == 0
    one, two = (tmp_path / client / "run" / "evolutions.jsonl" for client in get_args(Client))
    assert one.read_bytes() == two.read_bytes()


def test_records_without_thinking_have_no_field_for_it(tmp_path: Path, evolve: Evolve) -> None:
    with serve() as server:
        assert evolve(tmp_path, server, plain(3)).code == 0
    for answer in answers(tmp_path / "run"):
        assert not {"thinking", "reasoning_tokens"} & answer.keys()
    assert summary_of(tmp_path / "run")["usage"]["reasoning_tokens"] is None
    assert json.loads(coevol("status", tmp_path / "run", "--json").out)["tokens"] == {
        "input": summary_of(tmp_path / "run")["calls"]["input_tokens"],
        "output": summary_of(tmp_path / "run")["calls"]["output_tokens"],
        "reasoning": None,
    }


def test_thinking_is_counted(tmp_path: Path, evolve: Evolve) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(thinking="think")) as server:
        result = evolve(tmp_path, server, plain(3))
        thought = len(THOUGHT.split())
        paid, used = server.answered * thought, len(answers(run)) * thought
    summary = summary_of(run)
    assert summary["calls"]["reasoning_tokens"] == paid
    assert summary["usage"]["reasoning_tokens"] == used
    assert sum(each["reasoning_tokens"] for each in summary["calls_by_role"]) == paid
    assert sum(r["usage"]["reasoning_tokens"] for r in read_jsonl(run / "evolutions.jsonl")) == used
    assert f"{paid:,} of them thinking" in result.err
    assert f"{paid:,} of them thinking" in coevol("status", run).out


@pytest.mark.parametrize("form", [None, "reasoning", "think"])
def test_an_edit_that_never_comes_is_bought_once(
    tmp_path: Path, evolve: Evolve, form: Form | None
) -> None:
    rows = plain(8)
    with serve(ServerOptions(thinking=form, thinks_only=("editor",))) as server:
        result = evolve(tmp_path, server, rows)
        asked = Counter(request.task for request in server.requests)
    assert (result.code, asked["editor"], asked["judge"]) == (0, 8, 0)
    assert summary_of(tmp_path / "run")["stop_reasons"] == {"edit_unfinished": 8}
    assert "--max-tokens 1000 was spent on thinking in 17% of answers (8 of 48)" in result.err
    assert "edits not taken: 8 never came after the thinking" in result.err
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == rows


@pytest.mark.parametrize("form", [None, "reasoning", "think"])
def test_a_verdict_that_never_comes_is_named_and_counts_as_a_tie(
    tmp_path: Path, evolve: Evolve, form: Form | None
) -> None:
    with serve(ServerOptions(thinking=form, thinks_only=("judge",))) as server:
        assert evolve(tmp_path, server, plain(8)).code == 0
        asked = Counter(request.task for request in server.requests)
    (verdicts,) = summary_of(tmp_path / "run")["verdicts"]
    assert (verdicts["original_first"], verdicts["edited_first"]) == ("unfinished", "unfinished")
    assert asked["judge"] == 2 * verdicts["rounds"]
    assert summary_of(tmp_path / "run")["unfinished_share"] == 1
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == plain(8)


def test_economy_reads_no_verdict_from_thinking(tmp_path: Path, evolve: Evolve) -> None:
    with serve() as server:
        assert evolve(tmp_path / "plain", server, ROWS, "--economy").code == 0
    with serve(ServerOptions(thinking="think")) as server:
        assert evolve(tmp_path / "thinking", server, ROWS, "--economy").code == 0
    one, two = (tmp_path / name / "run" / "evolved.jsonl" for name in ("plain", "thinking"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("form", ["reasoning", "only_closing"])
def test_answers_from_the_journal_are_taken_apart_alike(
    tmp_path: Path, evolve: Evolve, form: Form
) -> None:
    with serve(ServerOptions(thinking=form)) as server:
        cache = ["--cache", tmp_path / "journal.db"]
        assert evolve(tmp_path / "one", server, ROWS, *cache).code == 0
        paid = server.answered
        assert evolve(tmp_path / "two", server, ROWS, *cache).code == 0
        empty = [each for each in server.requests[paid:] if (each.answer or "").strip()]
    assert not empty
    one, two = (tmp_path / name / "run" / "evolutions.jsonl" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_an_older_journal_has_thinking_in_its_texts(tmp_path: Path, evolve: Evolve) -> None:
    rows, journal = plain(6), tmp_path / "journal.db"
    with serve() as server:
        assert evolve(tmp_path / "one", server, rows, "--cache", journal).code == 0
        with closing(sqlite3.connect(journal)) as database, database:
            for key, answer in database.execute("SELECT key, answer FROM calls").fetchall():
                kept = json.loads(decompress(answer))
                kept["text"] = f"<think>\n{THOUGHT}\n</think>\n\n{kept['text']}"
                older = compress(json.dumps(kept).encode())
                database.execute("UPDATE calls SET answer = ? WHERE key = ?", (older, key))
        assert evolve(tmp_path / "two", server, rows, "--cache", journal).code == 0
        assert not [each for each in server.requests if WORDS in json.dumps(each.body)]
    assert read_jsonl(tmp_path / "two" / "run" / "evolved.jsonl") == evolved(rows)
    assert THOUGHT in {answer.get("thinking") for answer in answers(tmp_path / "two" / "run")}


def test_a_tag_in_the_data_is_no_thinking(tmp_path: Path, evolve: Evolve) -> None:
    tags = "It writes <think> first, then </think>, and goes on."
    rows = [{**row, "output": f"{row['output']} {tags}"} for row in plain(6)]
    with serve() as server:
        assert evolve(tmp_path, server, rows).code == 0
    assert read_jsonl(tmp_path / "run" / "evolved.jsonl") == evolved(rows)
    assert not [answer for answer in answers(tmp_path / "run") if "thinking" in answer]


def test_show_has_thinking_when_asked(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(thinking="channel")) as server:
        data = write_jsonl(tmp_path / "data.jsonl", plain(1))
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
    assert WORDS not in coevol("show", run).out
    shown = coevol("show", run, "--thinking").out
    assert WORDS in shown
    assert "round 1, critical_free" in shown
    with serve() as server:
        assert coevol("evolve", data, "--out", tmp_path / "plain", *at(server)).code == 0
    assert "thinking" in coevol("show", tmp_path / "plain", "--thinking").out
