"""Where people overrule the judge, exports take their word, and the run stays as it is."""

import json
from pathlib import Path

import pytest
import yaml

from runners.folder.opened import open_run
from runners.people.overruling import overruled
from runners.people.rounds import choose, rounds_in
from tests.runners.commands import assert_one_line, at, coevol, contents
from tests.runners.datasets import alpacas, read_jsonl
from tests.runners.people.test_verdicts import reviewed
from tests.runners.report.small_run import by_hand
from tests.support.reviews import FLIPS, WON, judged, row
from tests.support.rows import write_jsonl
from tests.support.server import Server

EVOLUTIONS = "evolutions.jsonl"
FLIPPED = row("flip", judged("a", "b", FLIPS[0]))
EVOLVED = row(
    "evolved",
    judged("a", "b", WON),
    judged("b", "c", WON, k=2),
    judged("c", "d", ("tie", "tie"), k=3),
)


@pytest.mark.parametrize(
    ("record", "said", "response", "outcomes"),
    [
        (FLIPPED, {1: "edited"}, "b", ["improved"]),
        (FLIPPED, {1: "original"}, "a", ["not_improved"]),
        (FLIPPED, {1: "tie"}, "a", ["not_improved"]),
        (FLIPPED, {}, "a", ["not_improved"]),
        (EVOLVED, {3: "edited"}, "d", ["improved", "improved", "improved"]),
        (EVOLVED, {2: "original"}, "b", ["improved", "not_improved"]),
        (EVOLVED, {1: "original", 3: "edited"}, "a", ["not_improved"]),  # c and d were made of b
        (EVOLVED, {1: "tie", 2: "edited"}, "c", ["improved", "improved", "not_improved"]),
    ],
)
def test_what_people_say_is_what_comes_of_a_row(
    record: object, said: dict[int, str], response: str, outcomes: list[str]
) -> None:
    from runners.folder.records import Evolution

    assert isinstance(record, Evolution)
    before = record.model_dump_json()
    names = {each.round["k"]: each.named.name for each in rounds_in(0, record)}
    decisions = {names[k]: choice for k, choice in said.items()}
    now = overruled(record, decisions)  # pyright: ignore[reportArgumentType]
    assert isinstance(now, Evolution)
    assert now.response == response
    assert [each["outcome"] for each in now.rounds] == outcomes
    assert record.model_dump_json() == before
    if now is not record:
        last = now.rounds[-1]
        assert last["judgements"]["person"]["verdict"] == said[last["k"]]
        assert "judge_original_first" in last["judgements"], "what the judge said stays"


def test_turns_of_a_conversation_are_overruled_by_themselves() -> None:
    conversation = by_hand()[-1]
    (first,) = rounds_in(0, conversation)
    now = overruled(conversation, {first.named.name: "original"})
    assert first.turn == 1
    assert conversation.changes == {1: "a b c d"}
    assert now.changes == {}


@pytest.fixture
def run(tmp_path: Path, server: Server) -> Path:
    """A run through a model whose judge flips at times; without rows that need no judge."""
    rows = [each for each in alpacas(45) if each["output"].strip()]
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    assert coevol("evolve", data, "--out", tmp_path / "run", *at(server)).code == 0
    return tmp_path / "run"


def test_an_export_takes_peoples_word_and_says_so(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "export"
    refused = coevol("export", run, "--to", "alpaca", "--out", out, "--human")
    assert refused.code == 2
    assert_one_line(refused.err, "nobody has reviewed a round of it", "coevol review")

    reviewed(run, "edited", sample=1000)
    before = dict(contents(run))
    result = coevol("export", run, "--to", "alpaca", "--out", out, "--human")
    assert result.code == 0, result.err
    told = json.loads(coevol("review", run, "--results", "--json").out)
    taken = told["edits_taken"]
    assert taken > 5
    assert f"  people's word on {told['rounds']} rounds: {taken} edits taken, 0 given back" in (
        result.out.splitlines()
    )
    stamp = yaml.safe_load((out / "export.yaml").read_text("utf-8"))
    assert stamp["people"]["edits_taken"] == taken
    exported, evolved = read_jsonl(out / "data.jsonl"), read_jsonl(run / "evolved.jsonl")
    changed = [now for now, old in zip(exported, evolved, strict=True) if now != old]
    assert len(changed) == taken
    edits = {
        each["rounds"][-1]["edit"]["response"] for each in read_jsonl(run / "evolutions.jsonl")
    }
    assert {each["output"] for each in changed} <= edits
    assert dict(contents(run)) == before, "the run's own files stay as they were"
    plain = coevol("export", run, "--to", "alpaca", "--out", tmp_path / "plain")
    assert "people's word" not in plain.out
    assert read_jsonl(tmp_path / "plain" / "data.jsonl") == evolved


def test_one_verdict_counts_for_all_rows_with_one_task(tmp_path: Path, server: Server) -> None:
    once = [each for each in alpacas(12) if each["output"].strip()]
    run, out = tmp_path / "run", tmp_path / "export"
    data = write_jsonl(tmp_path / "data.jsonl", [*once, *once])
    assert coevol("evolve", data, "--out", run, *at(server)).code == 0
    with open_run(run) as opened:
        chosen, ids = choose(opened, 1000), {each["id"] for each in read_jsonl(run / EVOLUTIONS)}
    tasks = {(each["instruction"], each["input"]) for each in once}
    assert len(ids) == 2 * len(once)
    assert len(chosen) == len({each.name for each in chosen})
    assert len({each.id for each in chosen}) <= len(tasks)

    reviewed(run, "edited", sample=1000)
    assert coevol("export", run, "--to", "alpaca", "--out", out, "--human").code == 0
    now, before = read_jsonl(out / "data.jsonl"), read_jsonl(run / "evolved.jsonl")
    assert now[: len(once)] == now[len(once) :], "repeats go the way of the first"
    told = json.loads(coevol("review", run, "--results", "--json").out)
    assert told["rounds"] == len(chosen)
    changed = sum(new != old for new, old in zip(now, before, strict=True))
    assert told["edits_taken"] == changed > 0


def test_preference_pairs_are_those_of_people(run: Path, tmp_path: Path) -> None:
    def pairs(*options: str) -> list[tuple[str, str]]:
        out = tmp_path / "-".join(["pairs", *options])
        assert coevol("export", run, "--to", "preference", "--out", out, *options).code == 0
        rows = read_jsonl(out / "trl" / "train.jsonl")
        return [(each["chosen"][0]["content"], each["rejected"][0]["content"]) for each in rows]

    reviewed(run, "edited", sample=1000)
    by_judge, by_people = pairs(), pairs("--human")
    told = json.loads(coevol("review", run, "--results", "--json").out)
    assert len(by_people) == len(by_judge) + told["edits_taken"]
    assert set(by_judge) < set(by_people)


def test_compare_sets_people_beside_the_judge(run: Path, tmp_path: Path, server: Server) -> None:
    judge = ["--judge-model", "openai:test-model", "--base-url", server.base_url]
    plain, beside = tmp_path / "plain.json", tmp_path / "beside.json"
    nobody = coevol("compare", run, *judge, "--out", beside, "--human", run)
    assert_one_line(nobody.err, "nobody has reviewed a round of it")
    reviewed(run, "edited", sample=20)
    assert coevol("compare", run, *judge, "--out", plain).code == 0
    result = coevol("compare", run, *judge, "--out", beside, "--human", run)
    assert result.code == 0, result.err
    one, other = (json.loads(path.read_text("utf-8")) for path in (plain, beside))
    human = other.pop("human")
    assert one.pop("human") is None
    assert human["human"] == {"win": 20, "tie": 0, "loss": 0}
    run_judge = json.loads(coevol("review", run, "--results", "--json").out)["people"]
    assert human == run_judge, "the run's own model judges the same rounds, so says the same"
    for report in (one, other):
        del report["calls"]
    assert one == other, "what people said changes no other figure"
    assert "win rate by people 100.0%, by the judge on the same " in result.err


def test_the_report_tells_what_people_said(run: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert coevol("report", run, "--out", tmp_path).code == 0
    assert 'id="people"' not in page.read_text("utf-8")
    reviewed(run, "edited", sample=20)
    assert coevol("report", run, "--out", tmp_path).code == 0
    assert "<dd>20 rounds</dd>" in page.read_text("utf-8")
    assert (tmp_path / "tables" / "people.csv").exists()
