"""A run in each judge mode, and with a margin: what decides, what is sent, what is kept."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import assert_one_line, at, coevol, repeated, started, wait_until
from tests.runners.datasets import alpacas, plain, read_jsonl
from tests.support.options import ServerOptions
from tests.support.rows import write_jsonl
from tests.support.server import Server, serve
from tests.support.verdicts import Pair, chance_of_first

MODE = ("--judge-mode", "probability")
JUDGE = "You are a helpful and precise assistant"
"""How its role-play prompt begins."""
ORDERS = ("judge_original_first", "judge_edited_first")


def asked(server: Server) -> list[dict[str, Any]]:
    """The bodies of the judge's calls, of those that have come in whole."""
    bodies = [dict(each.body) for each in server.requests if each.body]
    return [each for each in bodies if each["messages"][0]["content"].startswith(JUDGE)]


def rounds_of(run: Path) -> Iterable[dict[str, Any]]:
    """All rounds that were judged."""
    for record in read_jsonl(run / "evolutions.jsonl"):
        yield from (each for each in record["rounds"] if each["judgements"])


def chances(round: dict[str, Any]) -> tuple[float, float]:
    """How likely the edit is named in either order, by the loopback judge's own rule."""
    before, after = (" ".join(round[each].split()) for each in ("response", "after"))
    return 1 - chance_of_first(Pair(before, after)), chance_of_first(Pair(after, before))


def edits(run: Path) -> list[dict[str, Any]]:
    return [{**each, "after": each["edit"]["response"]} for each in rounds_of(run)]


@pytest.mark.parametrize("margin", [0, 0.3])
def test_the_mean_probability_over_both_orders_decides(tmp_path: Path, margin: float) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(40)), tmp_path / "run"
    with serve() as server:
        result = coevol("evolve", data, "--out", run, *at(server), *MODE, "--margin", margin)
        assert result.code == 0, result.err
        for body in asked(server):
            assert (body["logprobs"], body["top_logprobs"]) == (True, 20)
            assert body["max_completion_tokens"] == 16
            assert "Please output only a name" in body["messages"][-1]["content"]
        assert sum("logprobs" in each.body for each in server.requests) == len(asked(server))
    outcomes: set[str] = set()
    for each in edits(run):
        one, two = chances(each)
        for order, chance in zip(ORDERS, (one, two), strict=True):
            judged = each["judgements"][order]
            assert judged["edited_score"] == pytest.approx(chance, abs=1e-3)
            assert judged["original_score"] == pytest.approx(1 - chance, abs=1e-3)
            if abs(chance - 0.5) > 1e-3:
                assert judged["verdict"] == ("edited" if chance > 0.5 else "original")
            assert "logprobs" not in judged
        assert each["edited_score"] == pytest.approx((one + two) / 2, abs=1e-3)
        ahead = (one + two) - 1
        assert abs(ahead - margin) < 1e-3 or (each["outcome"] == "improved") == (ahead > margin)
        outcomes.add(each["outcome"])
    assert outcomes == {"improved", "not_improved"}


def test_the_margin_of_preference_pairs_is_the_probability_ahead(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", alpacas(20)), tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, *at(server), *MODE).code == 0
    exported = coevol("export", run, "--to", "preference", "--out", tmp_path / "pairs")
    assert exported.code == 0, exported.err
    pairs = read_jsonl(tmp_path / "pairs" / "trl" / "train.jsonl")
    won = [each for each in edits(run) if each["outcome"] == "improved"]
    assert [pair["margin"] for pair in pairs] == pytest.approx(
        [sum(chances(each)) - 1 for each in won], abs=1e-3
    )
    assert len({pair["margin"] for pair in pairs}) > 3


def test_a_judge_that_goes_on_after_the_name_is_not_paid_twice(tmp_path: Path) -> None:
    """Its answers are cut off at their few tokens; the journal has them, with their tokens."""
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(12)), tmp_path / "run"
    long = "<assistant 1> " + "since it is longer, as anybody can see, " * 5
    with serve(ServerOptions(judgement=long)) as server:
        start = ["evolve", data, "--out", run, *at(server), *MODE, "--rounds", 1]
        assert coevol(*start, "--limit", 6, "--unfit-judge", "go-on").code == 0
        (run / "run.yaml").rename(tmp_path / "run.yaml")
        first = read_jsonl(run / "evolutions.jsonl")
        assert coevol(*start, "--cache", run / "run.db", "--out", tmp_path / "again").code == 0
        assert repeated(server) == 0
        assert any(each.finish_reason == "length" for each in server.requests)
    again = read_jsonl(tmp_path / "again" / "evolutions.jsonl")[:6]
    assert [each["rounds"] for each in first] == [each["rounds"] for each in again]


def test_a_stopped_run_goes_on_from_its_journal(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", alpacas(12))
    with serve() as server:
        start = ["evolve", data, *at(server), *MODE]
        assert coevol(*start, "--out", tmp_path / "whole").code == 0
        limited = coevol(*start, "--out", tmp_path / "run", "--max-tokens-total", 20_000)
        assert limited.code == 4
        before = server.answered
        assert coevol("resume", tmp_path / "run").code == 0
        assert server.answered > before
        assert server.answered == 2 * server.distinct
    whole, run = (read_jsonl(tmp_path / each / "evolutions.jsonl") for each in ("whole", "run"))
    assert whole == run


@pytest.mark.parametrize("mode", ["score", "probability", "reasoned"])
def test_a_killed_run_goes_on_from_its_journal(tmp_path: Path, mode: str) -> None:
    data, most = write_jsonl(tmp_path / "data.jsonl", alpacas(12)), 4
    start = ["evolve", data, "--judge-mode", mode, "--concurrency", most]
    with serve(ServerOptions(latency=0.02)) as server:
        with started(*start, *at(server), "--out", tmp_path / "run") as process:
            wait_until(lambda: len(asked(server)) > 10)
            process.kill()
            process.wait()
        server.change(latency=0.0)
        assert coevol(*start, *at(server), "--out", tmp_path / "run").code == 0
        assert repeated(server) <= most
    with serve() as server:
        assert coevol(*start, *at(server), "--out", tmp_path / "whole").code == 0
    whole, run = (tmp_path / each / "evolutions.jsonl" for each in ("whole", "run"))
    assert whole.read_bytes() == run.read_bytes()


REFUSED = "Unsupported parameter: 'logprobs' is not supported with this model."


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ServerOptions(logprobs=0), ""),
        (ServerOptions(refused=("logprobs",)), f" ({REFUSED})"),
    ],
)
@pytest.mark.parametrize("client", ["aiohttp", "openai"])
def test_an_endpoint_without_logprobs_is_told_before_anything_is_paid(
    tmp_path: Path, options: ServerOptions, words: str, client: str
) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(3))
    with serve(options) as server:
        start = ["evolve", data, "--out", tmp_path / "run", *at(server), "--client", client]
        refused = coevol(*start, *MODE, "--quiet")
        assert (refused.code, server.requests) == (2, [])
        assert_one_line(
            refused.err,
            "openai:test-model: tells no probabilities (logprobs), which --judge-mode probability "
            f"reads{words}; choice, score and reasoned need none",
        )
        assert coevol(*start).code == 0  # the other modes do


def test_so_are_models_that_never_tell(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(3))
    refused = coevol("evolve", data, "--out", tmp_path / "run", *MODE, "--quiet")
    assert refused.code == 2
    assert_one_line(refused.err, "rehearsal: tells no probabilities", "choice, score and reasoned")


@pytest.mark.parametrize("client", ["aiohttp", "openai"])
def test_few_alternatives_give_a_bound(tmp_path: Path, client: str) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(4)), tmp_path / "run"
    with serve(ServerOptions(logprobs=1)) as server:
        start = ["evolve", data, "--out", run, *at(server), *MODE, "--client", client]
        assert coevol(*start).code == 0
    judged = [each for one in edits(run) for each in one["judgements"].values()]
    assert judged
    assert all(each["is_bound"] for each in judged)
    for each in edits(run):
        assert each["edited_score"] == pytest.approx(sum(chances(each)) / 2, abs=1e-3)


def test_reasons_first_and_the_verdict_on_the_last_line(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", alpacas(20))
    with serve() as server:
        for mode in ("choice", "reasoned"):
            start = ["evolve", data, "--out", tmp_path / mode, *at(server), "--judge-mode", mode]
            result = coevol(*start)
            assert result.code == 0, result.err
        said = [each["messages"][-1]["content"] for each in asked(server)]
        assert sum("In the last line, please output" in each for each in said) == len(said) / 2
    one, other = (read_jsonl(tmp_path / each / "evolved.jsonl") for each in ("choice", "reasoned"))
    assert one == other  # the loopback judge says the same, in another order


def test_reasons_first_leave_no_first_line_for_economy(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    both = ("--judge-mode", "reasoned", "--economy")
    refused = coevol("evolve", data, "--out", tmp_path / "run", *both, "--quiet")
    assert refused.code == 2
    assert_one_line(refused.err, "--economy", "judge mode reasoned", "leave out one of them")


def test_the_rehearsal_model_plays_the_reasoned_judge(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", alpacas(12))
    for mode in ("choice", "reasoned"):
        start = ["evolve", data, "--out", tmp_path / mode, "--judge-mode", mode]
        assert coevol(*start).code == 0
    one, other = (read_jsonl(tmp_path / each / "evolved.jsonl") for each in ("choice", "reasoned"))
    assert one == other


def test_a_margin_asks_for_both_orders(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", alpacas(30))
    with serve() as server:
        start = ["evolve", data, "--out", tmp_path / "run", *at(server), "--margin", 1]
        assert coevol(*start).code == 0
    verdicts = {
        tuple(each["judgements"][order]["verdict"] for order in ORDERS): each["outcome"]
        for each in rounds_of(tmp_path / "run")
    }
    won = [pair for pair, outcome in verdicts.items() if outcome == "improved"]
    assert won == [("edited", "edited")]


@pytest.mark.parametrize("mode", ["probability", "reasoned"])
def test_compare_judges_in_the_same_modes(tmp_path: Path, mode: str) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", alpacas(15)), tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
        judge = ("--judge-model", "openai:test-model", "--base-url", server.base_url)
        told = coevol("compare", run, *judge, "--judge-mode", mode, "--out", tmp_path / "c.json")
        assert told.code == 0, told.err
    report = json.loads((tmp_path / "c.json").read_text())
    assert report["wins"] + report["ties"] + report["losses"] == report["pairs"]
    assert report["wins"] > 0


def test_compare_tells_an_endpoint_without_logprobs(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(3)), tmp_path / "run"
    with serve(ServerOptions(logprobs=0)) as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
        judge = ("--judge-model", "openai:test-model", "--base-url", server.base_url)
        told = coevol("compare", run, *judge, *MODE, "--out", tmp_path / "c.json", "--quiet")
    assert told.code == 2
    assert_one_line(told.err, "tells no probabilities")


def test_a_greeting_that_fails_for_another_reason_says_nothing_of_logprobs(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(2))
    with serve(ServerOptions(busy_greetings=9)) as server:
        start = ["evolve", data, "--out", tmp_path / "run", *at(server), *MODE, "--rounds", 1]
        assert coevol(*start).code == 0


def test_the_report_shows_the_distribution_of_probabilities(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(15)), tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, *at(server), *MODE).code == 0
    assert coevol("report", run, "--out", tmp_path / "report").code == 0
    with (tmp_path / "report/tables/probabilities.csv").open() as file:
        table = list(csv.DictReader(file))
    judged = edits(run)
    for column in ("original_first", "edited_first", "mean"):
        assert sum(int(row[column]) for row in table) == len(judged)
    above = sum(int(row["mean"]) for row in table if float(row["probability_from"]) >= 0.5)
    assert above == sum(sum(chances(each)) / 2 >= 0.5 for each in judged)
    page = (tmp_path / "report/report.html").read_text()
    assert "How likely the judge named the edit" in page
