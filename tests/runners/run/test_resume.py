"""Starting again: with other settings, other data, and what the books say then."""

import json
from pathlib import Path
from random import Random

import pytest

from tests.runners.commands import after, assert_one_line, at, coevol, contents, repeated
from tests.runners.datasets import evolved, expected, plain, read_jsonl, write_json
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

CHANGES = {
    "rounds": (["--rounds", 2], "max_rounds = 3 (now 2)"),
    "temperature": (["--temperature", 0.5], "temperature = 0.0 (now 0.5)"),
    "judge": (["--judge-model", "openai:other"], "judge_model = None (now 'openai:other')"),
    "economy": (["--economy"], "economy = False (now True)"),
    "one role": (["--set", "judge.top_p=0.5"], "role_settings", "0.5"),
    "two": (["--max-tokens", 9, "--system-role", "merge"], "max_tokens", "'native' (now 'merge')"),
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of plain(4) that used rounds 3, and its address."""
    folder = tmp_path_factory.mktemp("finished")
    data = write_jsonl(folder / "data.jsonl", plain(4))
    with serve() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "some-key")
        assert coevol("evolve", data, "--out", folder / "run", *at(server)).code == 0
        (folder / "address").write_text(server.base_url)
    return folder


def options(folder: Path) -> list[str]:
    return ["--model", "openai:test-model", "--base-url", (folder / "address").read_text()]


@pytest.mark.parametrize("case", CHANGES)
def test_other_settings_are_refused_by_name(finished: Path, case: str) -> None:
    more, *words = CHANGES[case]
    run = finished / "run"
    before = dict(contents(run))
    result = coevol("evolve", finished / "data.jsonl", "--out", run, *options(finished), *more)
    assert result.code == 2
    assert_one_line(result.err, str(run), "--out", *words)
    assert (run / "run.yaml").read_bytes() == before[run / "run.yaml"]
    assert (run / "evolved.jsonl").read_bytes() == before[run / "evolved.jsonl"]


def test_an_edited_prompt_pack_is_other_settings(tmp_path: Path) -> None:
    pack = tmp_path / "pack.yaml"
    words = (Path(__file__).parents[3] / "prompts" / "coevol.yaml").read_text("utf-8")
    pack.write_text(words, "utf-8")
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    with serve() as server:
        start = ["evolve", data, "--out", tmp_path / "run", "--prompt-pack", pack, *at(server)]
        assert coevol(*start).code == 0
        pack.write_text(words.replace("optimistic", "cheerful"), "utf-8")
        result = coevol(*start)
    assert result.code == 2
    assert_one_line(result.err, "prompt_pack_sha256")


def test_other_ways_of_working_are_not_other_settings(finished: Path) -> None:
    more = ["--concurrency", "2-9", "--timeout", 5, "--attempts", 9, "--rpm", 900, "--quiet"]
    start = ["evolve", finished / "data.jsonl", "--out", finished / "run", *options(finished)]
    result = coevol(*start, *more)
    assert (result.code, result.err) == (0, "")


def test_foreign_data_is_refused_and_changes_nothing(finished: Path, tmp_path: Path) -> None:
    other, run = write_jsonl(tmp_path / "other.jsonl", plain(3, "cat")), finished / "run"
    result = coevol("evolve", other, "--out", run, *options(finished))
    assert result.code == 2
    assert_one_line(result.err, str(other), "none of the rows done there", "--out")
    again = coevol("resume", run)
    assert again.code == 0
    assert "nothing to do: all 4 rows" in again.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(plain(4))


def test_shuffled_and_extended_data_continues_what_is_known(tmp_path: Path) -> None:
    data, run = tmp_path / "data", tmp_path / "run"
    old, new = plain(12), plain(3, "new")
    with serve() as server:
        assert coevol("evolve", write_json(data, old), "--out", run, *at(server)).code == 0
        known = {record["id"] for record in read_jsonl(run / "evolutions.jsonl")}
        before = len(server.requests)
        mixed = [*old, *new]
        Random(5).shuffle(mixed)
        assert coevol("evolve", write_jsonl(data, mixed), "--out", run, *at(server)).code == 0
        asked = [str(request.messages) for request in server.requests[before:]]
        assert asked
        assert all("Describe new" in text for text in asked)
        assert repeated(server) == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(mixed)
    assert known < {record["id"] for record in read_jsonl(run / "evolutions.jsonl")}


def test_a_longer_limit_goes_on(tmp_path: Path) -> None:
    rows = plain(9)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        for limit in (3, 6, 9):
            start = ["evolve", data, "--out", run, "--limit", limit, *at(server)]
            assert coevol(*start).code == 0
            assert read_jsonl(run / "evolved.jsonl") == evolved(rows)[:limit]
        assert repeated(server) == 0


def test_usage_adds_up_over_resumes(tmp_path: Path) -> None:
    rows = plain(9)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve() as server:
        for limit in (2, 5, 9):
            start = ["evolve", data, "--out", run, "--limit", limit, *at(server)]
            assert coevol(*start, "--price-in", 2, "--price-out", 10).code == 0
        check_usage(run, server)


def check_usage(run: Path, server: Server) -> None:
    calls, stats = json.loads((run / "summary.json").read_text())["calls"], server.stats()
    assert calls["answered"] == stats["answered"]
    assert calls["input_tokens"] == stats["prompt_words"]
    assert calls["output_tokens"] == stats["answer_words"]
    cost = (2 * stats["prompt_words"] + 10 * stats["answer_words"]) / 1_000_000
    assert calls["cost_usd"] == pytest.approx(cost)


def test_runs_share_a_cache(tmp_path: Path) -> None:
    # An empty edit is not kept, as it may turn out better: the rows of this test have none.
    rows = [fields for fields in plain(8) if expected([fields])[0].stop_reason != "edit_empty"]
    data, cache = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "answers.db"
    with serve() as server:
        first = ["evolve", data, "--out", tmp_path / "one", "--cache", cache, *at(server)]
        assert coevol(*first).code == 0
        before = len(server.requests)
        second = ["evolve", data, "--out", tmp_path / "two", "--cache", cache, *at(server)]
        assert coevol(*second).code == 0
        assert len(server.requests) == before
    assert read_jsonl(tmp_path / "two" / "evolved.jsonl") == evolved(rows)
    assert json.loads((tmp_path / "two" / "summary.json").read_text())["calls"]["answered"] == 0


def test_another_endpoint_is_another_answer(tmp_path: Path) -> None:
    data, cache = write_jsonl(tmp_path / "data.jsonl", plain(1)), tmp_path / "answers.db"
    calls: list[int] = []
    for name in ("one", "two"):
        with serve() as server:
            start = ["evolve", data, "--out", tmp_path / name, "--cache", cache, *at(server)]
            assert coevol(*start).code == 0
            calls.append(server.answered)
    assert calls[0] == calls[1] > 0


def test_data_that_changes_under_a_run_stops_it_and_it_goes_on(tmp_path: Path) -> None:
    old, new = plain(12), plain(2, "new")
    data, run = write_jsonl(tmp_path / "data.jsonl", old), tmp_path / "run"
    with serve(ServerOptions(latency=0.01)) as server:
        start = ["evolve", data, "--out", run, "--concurrency", 1, *at(server)]
        with after(server, 20, lambda: write_jsonl(data, [*new, *old])):
            result = coevol(*start)
        assert result.code == 2
        assert "changed while the run was reading it" in result.err.splitlines()[-1]
        assert coevol(*start).code == 0
        assert repeated(server) == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved([*new, *old])
