"""`coevol calibrate`: a good, a biased and a useless judge are told apart."""

import csv
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import (
    assert_one_line,
    at,
    coevol,
    repeated,
    started,
    wait_until,
)
from tests.runners.datasets import Fields, write_json
from tests.support.server import Server, ServerOptions, serve
from tests.support.weights import weights

FIRST, SILENT = "<assistant 1>", "Both have their merits."
KINDS = ("shuffled", "cut", "swapped", "numbers", "contradicted")
ROWS: list[Fields] = [
    {
        "instruction": f"Describe thing {n} of the row.",
        "output": f"Thing {n} is round and was made in 19{n + 20}. People use it at home each day.",
    }
    for n in range(12)
]
KNOWS = tuple((row["instruction"], row["output"]) for row in ROWS)
PAIRS = 12 * 6
"""Each row has a twin of each kind, and one that is only longer."""
WORDS_ALONE = ("--mode", "choice", "--mode", "score", "--mode", "reasoned")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_json(tmp_path / "data.json", ROWS)


def judge(server: Server) -> list[str]:
    return ["--judge-model", "openai:test-model", "--base-url", server.base_url]


def report_in(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "calibrate.json").read_text())


def test_a_good_judge_can_judge(tmp_path: Path, data: Path) -> None:
    with serve(ServerOptions(knows=KNOWS)) as server:
        arguments = ("calibrate", data, *judge(server), "--out", tmp_path, *WORDS_ALONE)
        result = coevol(*arguments)
        assert result.code == 0, result.err
        assert server.answered == 3 * 2 * PAIRS
        again = coevol(*arguments)
        assert (again.code, server.answered) == (0, 3 * 2 * PAIRS)
    report = report_in(tmp_path)
    assert report["twins"] == dict.fromkeys((*KINDS, "padded"), 12)
    for mode in ("choice", "score", "reasoned"):
        found = report["modes"][mode]
        assert found["spoilt"]["right"]["part"] == 60
        assert found["spoilt"]["right"]["interval"] == pytest.approx([0.9398, 1], abs=1e-4)
        assert {kind: each["right"]["share"] for kind, each in found["kinds"].items()} == (
            dict.fromkeys(KINDS, 1.0)
        )
        assert (found["longer_wins"]["part"], found["longer_wins"]["whole"]) == (0, 12)
        assert (found["first_place"]["share"], found["unparsable"]["part"]) == (0.5, 0)
        assert (found["margin"], found["cost_usd"]) == (0, None)
        assert found["input_tokens"] > found["output_tokens"] > 0
    told = report["recommendation"]
    assert (told["fit"], told["margin"]) == (True, 0)
    assert (
        f"openai:test-model can judge with --judge-mode {told['mode']}: of 60 twins" in result.out
    )
    assert "100% lost, 0% won, 0% stayed undecided" in result.out
    assert "worse twins, right" in result.out
    with (tmp_path / "calibrate.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 3 * PAIRS
    assert {line["finding"] for line in lines} == {"right"}
    page = (tmp_path / "calibrate.html").read_text()
    assert "Can openai:test-model judge?" in page
    assert "By kind of twin" in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (FIRST, "the judge named Assistant 1 in 100% of its verdicts, whatever stood there"),
        (SILENT, "100% of the judge's answers state no verdict that can be read"),
    ],
)
def test_a_judge_without_information_should_not(
    tmp_path: Path, data: Path, said: str, words: str
) -> None:
    with serve(ServerOptions(judgement=said)) as server:
        choice = ("--mode", "choice")
        result = coevol("calibrate", data, *judge(server), "--out", tmp_path, *choice)
    assert result.code == 1, result.err
    found = report_in(tmp_path)["modes"]["choice"]
    assert found["spoilt"]["undecided"]["share"] == 1
    assert (
        found["first_place"]["share"],
        found["flips"]["share"],
        found["unparsable"]["share"],
    ) == ((1, 1, 0) if said == FIRST else (None, 0, 1))
    assert "openai:test-model should not judge: at its best, in mode choice" in result.out
    assert words in result.out
    assert "no better than chance: take another --judge-model" in result.out


def test_what_a_judge_takes_for_better_is_told(tmp_path: Path, data: Path) -> None:
    choice = ("--mode", "choice")
    with serve(ServerOptions(knows=KNOWS)) as server:
        coevol("calibrate", data, *judge(server), "--out", tmp_path / "good", *choice)
    with (tmp_path / "good" / "calibrate.csv").open() as file:
        twins = [line for line in csv.DictReader(file) if line["kind"] == "contradicted"]
    fooled = [(line["instruction"], line["twin"]) for line in twins[:7]]
    with serve(ServerOptions(knows=(*fooled, *KNOWS[7:]))) as server:
        result = coevol("calibrate", data, *judge(server), "--out", tmp_path / "fooled", *choice)
    assert result.code == 0, result.err
    words = " ".join(result.out.split())
    assert "of 12 contradicted twins it preferred 7, so it does not see what is wrong" in words
    assert "shuffled twins it preferred" not in words


def test_a_good_judge_can_judge_by_probabilities(tmp_path: Path, data: Path) -> None:
    with serve(ServerOptions(knows=KNOWS)) as server:
        chosen = ("--mode", "choice", "--mode", "probability")
        result = coevol("calibrate", data, *judge(server), "--out", tmp_path, *chosen)
        assert result.code == 0, result.err
    report = report_in(tmp_path)
    words, odds = report["modes"]["choice"], report["modes"]["probability"]
    assert [found["spoilt"]["right"]["part"] for found in (words, odds)] == [60, 60]
    assert (odds["unparsable"]["part"], report["recommendation"]["fit"]) == (0, True)


def test_a_mode_that_the_endpoint_can_not_is_left_out(tmp_path: Path, data: Path) -> None:
    modes = ("--mode", "choice", "--mode", "probability")
    with serve(ServerOptions(knows=KNOWS, logprobs=0)) as server:
        start = ("calibrate", data, *judge(server), "--out", tmp_path)
        result = coevol(*start, *modes)
        assert result.code == 0, result.err
        alone = coevol(*start, "--mode", "probability")
        assert alone.code == 2
        unknown = coevol(*start, "--mode", "guess")
    report = report_in(tmp_path)
    assert (list(report["modes"]), list(report["left_out"])) == (["choice"], ["probability"])
    assert "probability is left out" in result.out
    assert_one_line(unknown.err, "--mode guess: there are choice, ")
    assert unknown.code == 2


def test_killed_it_goes_on_and_pays_nothing_twice(tmp_path: Path, data: Path) -> None:
    with serve(ServerOptions(knows=KNOWS, latency=0.02)) as server:
        arguments = ["calibrate", data, *judge(server), *WORDS_ALONE[:4], "--concurrency", 4]
        with started(*arguments, "--out", tmp_path / "one") as process:
            wait_until(lambda: server.answered > 2 * PAIRS)  # in the second mode
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert not (tmp_path / "one/calibrate.json").exists()
        server.change(latency=0.0)
        assert coevol(*arguments, "--out", tmp_path / "one").code == 0
        assert repeated(server) <= 4  # those that were answered, but not yet kept
        assert coevol(*arguments, "--out", tmp_path / "two").code == 0
    one, two = (report_in(tmp_path / name) for name in ("one", "two"))
    assert one["modes"] == two["modes"]
    assert two["calls"]["answered"] == 4 * PAIRS


def test_a_limit_stops_it_resumable(tmp_path: Path, data: Path) -> None:
    with serve(ServerOptions(knows=KNOWS)) as server:
        start = ("calibrate", data, *judge(server), "--out", tmp_path, "--mode", "choice")
        stopped = coevol(*start, "--quiet", "--max-tokens", 50, "--max-tokens-total", 9000)
        assert stopped.code == 4
        assert_one_line(stopped.err, "token limit of 9000 reached")
        assert 0 < server.answered < 2 * PAIRS
        assert coevol(*start, "--max-tokens", 50).code == 0
        assert (server.answered, repeated(server)) == (2 * PAIRS, 0)


def test_a_run_finds_the_calibration_of_its_judge(tmp_path: Path, data: Path) -> None:
    place, run = tmp_path / "calibrations" / "mine", tmp_path / "run"
    with serve(ServerOptions(knows=KNOWS, models=("test-model", "other"))) as server:
        mode = ("--mode", "choice", "--rows", 4)
        assert coevol("calibrate", data, *judge(server), "--out", place, *mode).code == 0
        short = ("--limit", 2, "--rounds", 1)
        result = coevol("evolve", data, "--out", run, *at(server), *short)
        assert result.code == 0, result.err
        by_other = ("--judge-model", "openai:other", "--out", tmp_path / "other")
        other = coevol("evolve", data, *by_other, *at(server), *short)
    assert "judge calibrated" in result.err
    assert "openai:test-model can judge with --judge-mode choice" in result.err
    assert "calibrated" not in other.err
    assert not (tmp_path / "other/calibrate.json").exists()
    assert report_in(run) == report_in(place)
    assert coevol("report", run).code == 0
    assert "Does the judge tell better from worse?" in (run / "report.html").read_text()


def test_responses_too_short_to_be_spoilt_have_a_page_without_kinds(tmp_path: Path) -> None:
    data = write_json(tmp_path / "short.json", [{"instruction": "Which day?", "output": "Tuesday"}])
    with serve(ServerOptions(judgement=SILENT)) as server:
        mode = ("--mode", "choice", "--spoiling", "cut", "--out", tmp_path)
        assert coevol("calibrate", data, *judge(server), *mode).code == 1
    assert report_in(tmp_path)["twins"] == {"padded": 1}
    page = (tmp_path / "calibrate.html").read_text()
    assert "Worse twins, by judge mode" in page
    assert "By kind of twin" not in page


def test_a_real_language_model_is_calibrated(tmp_path: Path, data: Path) -> None:
    """SmolLM2 with 135M parameters: what comes out has the form; it need not judge well."""
    few = ("--rows", 1, "--spoiling", "cut", "--max-tokens", 8, "--concurrency", 1)
    gguf = ("--judge-model", f"gguf:{weights()}", "--param", "n_ctx=1024")
    result = coevol("calibrate", data, *gguf, *few, "--mode", "probability", "--out", tmp_path)
    assert result.code in (0, 1), result.err
    found = report_in(tmp_path)["modes"]["probability"]
    assert (found["spoilt"]["pairs"], found["spoilt"]["failed"]) == (1, 0)
    assert found["input_tokens"] > 100
