"""The commands beside evolve: status, clean, show and estimate."""

import json
import re
from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import alpacas, plain, read_jsonl, write_json
from tests.support.replies import openai
from tests.support.server import ServerOptions, serve


def test_status_of_a_run(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with serve() as server:
        data = write_json(tmp_path / "data.json", alpacas(5))
        coevol("evolve", data, "--out", run, *at(server))
        answered = server.answered
    status = json.loads(coevol("status", run, "--json").out)
    assert status["rows"]["finished"] == 5
    assert status["rows"]["left"] == 0
    assert status["calls"]["answered"] == answered
    assert status["cost_usd"] is None  # nobody knows this endpoint's price
    said = coevol("status", run).out
    assert said.startswith(f"{run}: finished\n")
    assert "5 of 5 done: 5 finished, " in said
    assert "unknown" in said


def test_clean_drops_the_journal_and_keeps_the_results(tmp_path: Path) -> None:
    data, run = write_json(tmp_path / "data.json", plain(3)), tmp_path / "run"
    coevol("evolve", data, "--out", run)
    evolved = (run / "evolved.jsonl").read_bytes()
    size = (run / "run.db").stat().st_size
    assert coevol("clean", run).code == 0
    assert json.loads(coevol("status", run, "--json").out)["calls"]["in_journal"] == 0
    assert (run / "run.db").stat().st_size < size
    again = coevol("evolve", data, "--out", run)
    assert "nothing to do" in again.err
    assert (run / "evolved.jsonl").read_bytes() == evolved


def test_clean_of_an_unfinished_run_must_be_meant(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with serve() as server:
        data = write_json(tmp_path / "data.json", alpacas(9))
        limited = ("--concurrency", "1", "--max-tokens-total", "9000")
        stopped = coevol("evolve", data, "--out", run, *at(server), *limited)
        assert (stopped.code, "could take" in stopped.err) == (4, True)
        refused = coevol("clean", run)
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert "rows left would pay" in refused.err
        assert json.loads(coevol("status", run, "--json").out)["calls"]["in_journal"] > 0
        assert coevol("clean", run, "--force").code == 0
    assert json.loads(coevol("status", run, "--json").out)["calls"]["in_journal"] == 0


def test_show_takes_the_most_evolved_row_or_the_one_asked_for(tmp_path: Path) -> None:
    run = tmp_path / "run"
    coevol("evolve", "examples/alpaca_small.json", "--out", run)
    records = read_jsonl(run / "evolutions.jsonl")
    accepted = [sum(each["outcome"] == "improved" for each in r["rounds"]) for r in records]
    assert f"after {max(accepted)} accepted rounds" in coevol("show", run).out
    for record in records[:2]:
        shown = coevol("show", run, "--id", record["id"]).out
        assert record["id"] in shown
        assert record["instruction"][:40] in shown
    unknown = coevol("show", run, "--id", "nobody")
    assert (unknown.code, "no row with id nobody is done" in unknown.err) == (2, True)


def test_show_prints_a_response_that_was_kept_once_and_says_why(tmp_path: Path) -> None:
    run = tmp_path / "run"
    rows = [{"instruction": "Which day?", "output": "Monday."}]
    data = write_json(tmp_path / "data.json", rows)
    with serve(ServerOptions(judgement="<assistant 2>")) as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
    shown = coevol("show", run).out
    assert "before, and kept as it was: not_improved" in shown
    assert (shown.count("Monday."), "after" in shown) == (1, False)


def test_no_run_is_one_line(tmp_path: Path) -> None:
    for name in ("status", "clean", "show", "resume"):
        result = coevol(name, tmp_path / "nowhere")
        assert result.code == 2
        assert result.err.count("\n") == 1
        assert "no run in this folder" in result.err
    assert not (tmp_path / "nowhere").exists()


def test_estimate_counts_calls_and_money_and_sends_nothing(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", plain(10))
    with serve() as server:
        price = ("--price-in", "1000000", "--price-out", "0")  # a dollar a token
        said = coevol("estimate", data, *at(server), "--rounds", "2", *price).out
        assert server.requests == []
    least, most = (
        line.split("│") for line in said.splitlines() if re.search(r"\d rounds?\)", line)
    )
    assert [cell.strip() for cell in least[2:4]] == ["10", "80"]
    assert [cell.strip() for cell in most[2:4]] == ["10", "160"]
    assert least[6].strip() == f"${least[4].strip()}.00"
    assert "Assumed:" in said


def test_estimate_cuts_no_figure_on_a_narrow_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_json(tmp_path / "data.json", plain(10))
    told = ("estimate", data, "--model", "openai:test-model", "--rounds", "2", "--repair", "2")
    monkeypatch.setenv("COLUMNS", "100")
    wide = [line.split("│")[2:7] for line in coevol(*told).out.splitlines() if "│ 10 " in line]
    monkeypatch.setenv("COLUMNS", "40")
    narrow = [line.split() for line in coevol(*told).out.splitlines() if line.startswith("  ")]
    assert len(wide) == 3
    assert [line[-1] for line in narrow] == [cell.strip() for line in wide for cell in line]
    assert [" ".join(line[:-1]) for line in narrow[:5]] == (
        ["rows", "calls", "tokens in", "tokens out", "cost"]
    )


def test_estimate_tells_rows_with_the_task_of_an_earlier_one(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", [*plain(3), *plain(2)])
    said = coevol("estimate", data, "--model", "openai:gpt-4o-mini").out
    assert "Not counted: 2 rows with the task of an earlier row" in said
    assert "least (1 round) │ 3 " in said


def test_estimate_says_what_repairs_could_add(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", plain(10))
    price = ("--price-in", "1", "--price-out", "1")
    options = ("--model", "openai:test-model", "--rounds", "2", *price)
    said = coevol("estimate", data, *options, "--repair", "2").out
    (again,) = (line.split("│") for line in said.splitlines() if "asked again" in line)
    assert again[3].strip() == "200"  # 160, and 2 more in each of 20 rounds
    assert "asked again" not in coevol("estimate", data, *options).out


def test_estimate_from_a_pilot_scales_what_its_rows_took(tmp_path: Path) -> None:
    data, cache = write_json(tmp_path / "data.json", alpacas(20)), tmp_path / "journal.db"
    with serve() as server:
        said = coevol("estimate", data, *at(server), "--pilot", "5", "--cache", cache).out
        piloted = server.answered
        (row,) = (line.split("│") for line in said.splitlines() if "pilot of" in line)
        assert int(row[3].replace(",", "")) == piloted * 4
        coevol("evolve", data, *at(server), "--out", tmp_path / "run", "--cache", cache)
        assert server.answered == server.distinct  # the pilot's calls were not made again


def test_a_pilot_of_a_model_that_tells_no_tokens_says_so(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", plain(4))
    result = coevol("estimate", data, "--pilot", "2")
    assert result.code == 0
    [line] = [each for each in result.out.splitlines() if "from a pilot of 2 rows" in each]
    assert line.count("unknown") == 2


def test_a_pilot_of_a_dataset_without_a_row_to_evolve_asks_nothing(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", alpacas(3))
    with serve() as server:
        none = ("--pilot", "2", "--where", "output == 'no such row'")
        result = coevol("estimate", data, *at(server), *none)
        assert server.answered == 0
    assert result.code == 2
    assert_one_line(result.err, f"{data}: has no row to evolve")


def test_a_pilot_with_failed_rows_says_so(tmp_path: Path) -> None:
    rows = [*plain(2), {"instruction": "Name a quokka.", "input": "", "output": "quokka"}]
    data = write_json(tmp_path / "data.json", rows)
    reply = openai(413, "Too large.", word="quokka")
    with serve(ServerOptions(replies=(reply,))) as server:
        said = coevol("estimate", data, *at(server), "--pilot", "3").out
    assert "Of its 3 rows, 1 failed; the figures are scaled up from the others." in said


def test_a_pilot_in_which_all_rows_fail_ends_with_an_error(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", alpacas(3))
    with serve(ServerOptions(replies=(openai(413, "Too large."),))) as server:
        result = coevol("estimate", data, *at(server), "--pilot", "2")
    assert result.code == 4
    assert result.err.splitlines()[-1].endswith(
        "--pilot: all of its rows failed, so they tell nothing about the others"
    )


def test_a_file_of_a_run_is_no_run(tmp_path: Path) -> None:
    file = tmp_path / "evolved.jsonl"
    file.write_text("{}\n")
    for name in ("status", "show", "check", "resume", "report", "clean"):
        result = coevol(name, file)
        assert result.code == 2
        assert_one_line(result.err, f"{file}: a file", f"the folder of a run, such as {tmp_path}")


def test_where_no_row_came_through_a_round_the_closing_says_so(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", plain(2))
    with serve(ServerOptions(replies=(openai(413, "Too large."),))) as server:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server))
    assert result.code == 3
    assert "rows by accepted rounds: none has come through one" in result.err.splitlines()
