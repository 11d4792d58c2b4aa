"""`coevol compare RUN` over conversations: each evolved turn is a pair, judged with its history."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from graph.frameworks import FRAMEWORKS
from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import Fields, read_jsonl, write_json
from tests.support.conversations import conversations
from tests.support.options import ServerOptions
from tests.support.pairs import fate_of
from tests.support.server import Server, serve

TALKS: list[Fields] = [{"messages": each["messages"]} for each in conversations(7)]
POISONED: Fields = {
    "messages": [
        {"role": "user", "content": "Say POISON to it."},
        {"role": "assistant", "content": "No."},
    ]
}


def judge(server: Server) -> list[str]:
    return ["--judge-model", "openai:other-judge", "--base-url", server.base_url]


@pytest.fixture(scope="module")
def server() -> Any:
    with serve(ServerOptions(models=("test-model", "other-judge"), poison="POISON")) as opened:
        yield opened


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Path:
    """A run of conversations of one to six turns, three evolved at most, and one that failed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "sk-test")
        folder = tmp_path_factory.mktemp("runs")
        data, run = write_json(folder / "talks.json", [*TALKS, POISONED]), folder / "mine"
        options = ("--rounds", 1, "--max-turns", 3, "--attempts", 1)
        assert coevol("evolve", data, "--out", run, *at(server), *options).code == 3
    return run


def turns_of(run: Path) -> list[tuple[int, Fields]]:
    """The turns of a run with the places of their conversations."""
    records = enumerate(read_jsonl(run / "evolutions.jsonl"))
    return [(position, turn) for position, record in records for turn in record["turns"]]


def read(folder: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    with (folder / "compare.csv").open(encoding="utf-8", newline="") as file:
        return json.loads((folder / "compare.json").read_text()), list(csv.DictReader(file))


def test_each_evolved_turn_is_a_pair_under_its_own_instruction(
    tmp_path: Path, run: Path, server: Server
) -> None:
    before = len(server.requests)
    result = coevol("compare", run, *judge(server), "--out", tmp_path)
    assert result.code == 0, result.err
    report, rows = read(tmp_path)
    turns = [(position, turn) for position, turn in turns_of(run) if not turn["skipped"]]
    assert [(int(row["position"]), int(row["turn"])) for row in rows] == [
        (position, turn["index"]) for position, turn in turns
    ]
    asked: list[str] = []
    for row, (_, turn) in zip(rows, turns, strict=True):
        original, evolved = turn["original_response"], turn["response"]
        assert row["instruction"] == turn["instruction"]
        if not row["unasked"]:
            assert (row["a_first"], row["b_first"]) == fate_of(original, evolved)
            asked += [turn["instruction"]] * 2
    prompts = [request.messages[-1]["content"] for request in server.requests[before:]]
    assert len(prompts) == len(asked) > 10
    assert all(sum(each in prompt for prompt in prompts) >= 2 for each in asked)
    assert (report["unit"], report["pairs"], report["rows"]) == ("turns", len(turns), 7)
    assert report["wins"] + report["ties"] + report["losses"] == len(turns)
    skipped = len(turns_of(run)) - len(turns)
    assert report["left_out"] == {"skipped_turns": skipped, "failed_conversations": 1}
    assert skipped > 0
    assert f"{len(turns)} turns of 7 conversations" in " ".join(result.out.split())
    assert f"in no pair: {skipped} skipped turns, 1 failed conversation\n" in result.err


def test_a_limit_counts_conversations(tmp_path: Path, run: Path) -> None:
    options = ("--judge-model", "rehearsal", "--out", tmp_path, "--limit", 2)
    assert coevol("compare", run, *options).code == 0
    report, rows = read(tmp_path)
    assert (report["rows"], report["pairs"]) == (2, 3)  # of one turn and of two
    assert {row["position"] for row in rows} == {"0", "1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("position,vote\n0,win\n", "row 1, field turn: missing"),
        ("position,turn,vote\n0,1,win\n1,0,tie\n", "row 2, field position and turn: '1, 0' is"),
    ],
)
def test_votes_need_a_turn(tmp_path: Path, run: Path, text: str, said: str) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text(text)
    options = ("--judge-model", "rehearsal", "--out", tmp_path / "out", "--human", votes)
    result = coevol("compare", run, *options)
    assert result.code == 2
    assert_one_line(result.err, said)


def test_votes_on_turns(tmp_path: Path, run: Path) -> None:
    votes = tmp_path / "votes.csv"
    places = [(position, t["index"]) for position, t in turns_of(run) if not t["skipped"]]
    lines = [f"{position},{turn},tie" for position, turn in places[-4:]]
    votes.write_text("\n".join(["position,turn,vote", *lines, ""]))
    options = ("--judge-model", "rehearsal", "--out", tmp_path, "--human", votes)
    assert coevol("compare", run, *options).code == 0
    assert read(tmp_path)[0]["human"]["human"] == {"win": 0, "tie": 4, "loss": 0}


def test_conversations_have_no_other_side(tmp_path: Path, run: Path) -> None:
    talks = write_json(tmp_path / "talks.json", TALKS)
    for sides in ((run, run), (talks, talks), (talks, run)):
        result = coevol("compare", *sides, "--judge-model", "rehearsal", "--out", tmp_path / "out")
        assert result.code == 2
        assert_one_line(result.err, str(sides[0]), "their own originals only", "coevol compare RUN")


def test_a_run_in_which_no_turn_was_evolved(tmp_path: Path) -> None:
    talk = [{"role": "user", "content": " "}, {"role": "assistant", "content": "Hm."}]
    data, run = write_json(tmp_path / "data.json", [{"messages": talk}]), tmp_path / "run"
    assert coevol("evolve", data, "--out", run).code == 0
    result = coevol("compare", run, "--judge-model", "rehearsal", "--out", tmp_path / "out")
    assert result.code == 2
    assert_one_line(result.err, str(run), "no turn of its conversations was evolved")


def test_an_ablation_over_conversations_compares_their_turns(
    tmp_path: Path, server: Server
) -> None:
    data, out = write_json(tmp_path / "talks.json", TALKS[:2]), tmp_path / "out"
    options = ("--judge-model", "openai:other-judge", "--rounds", 1, "--max-turns", 1)
    result = coevol("ablate", data, "--out", out, *at(server), *options)
    assert result.code == 0, result.err
    lines = json.loads((out / "ablation.json").read_text())["frameworks"]
    told = {line["framework"]: line["comparison"] for line in lines}
    assert list(told) == list(FRAMEWORKS)
    assert {(each["unit"], each["rows"], each["pairs"]) for each in told.values()} == {
        ("turns", 2, 2)
    }
    for framework in FRAMEWORKS:
        _, rows = read(out / framework)
        turns = [turn for _, turn in turns_of(out / framework) if not turn["skipped"]]
        assert [row["instruction"] for row in rows] == [turn["instruction"] for turn in turns]
    assert "turns against the originals, by openai:other-judge" in result.out
