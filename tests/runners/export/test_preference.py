"""Preference pairs: each is what the records say of a round that was won."""

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.state import Verdict
from prompts.render import has_input
from runners.export.pairs import PairFilter, PreferencePair
from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import Fields, alpacas, read_jsonl
from tests.runners.export.exports import export, exported, records_of, run_of, talk
from tests.support.reviews import judged
from tests.support.rows import write_jsonl
from tests.support.server import serve

ORDERS = ("judge_original_first", "judge_edited_first")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows whose edits win in one order or both, or not at all."""
    folder = tmp_path_factory.mktemp("preference")
    data = write_jsonl(folder / "data.jsonl", alpacas(40))
    with serve() as server:
        # A provider that needs no key: the environment of single tests is not there yet.
        model = at(server, "vllm:test-model")
        assert coevol("evolve", data, "--out", folder / "run", *model, "--quiet").code == 0
    return folder / "run"


def pairs_of(run: Path, *options: object) -> list[Fields]:
    return read_jsonl(exported(run, "preference", *options) / "trl" / "train.jsonl")


def won(record: Fields) -> list[Any]:
    return [each for each in record["rounds"] if each["outcome"] == "improved"]


def margin(round: Any) -> float:
    return round["edited_score"] - round["original_score"]


def won_both(round: Any) -> bool:
    return all(round["judgements"][order]["verdict"] == "edited" for order in ORDERS)


def key(record: Fields, rounds: list[Any]) -> tuple[str, str, str, int]:
    chosen, rejected = rounds[-1]["edit"]["response"], rounds[0]["response"]
    return record["id"], chosen, rejected, rounds[-1]["k"]


def keys(pairs: list[Fields]) -> list[tuple[str, str, str, int]]:
    return [
        (
            pair["id"],
            pair["chosen"][0]["content"],
            pair["rejected"][0]["content"],
            pair["round"],
        )
        for pair in pairs
    ]


def test_every_round_that_was_won_is_a_pair(run: Path) -> None:
    records = records_of(run)
    expected = [key(record, [each]) for record in records for each in won(record)]
    assert len(expected) > len({id_ for id_, *_ in expected}) > 5  # some rows have several
    pairs = pairs_of(run)
    assert keys(pairs) == expected
    asked = {record["id"]: (record["instruction"], record["input"]) for record in records}
    for pair in pairs:
        instruction, given = asked[pair["id"]]
        question = f"{instruction}\n{given}" if has_input(given) else instruction
        assert pair["prompt"] == [{"role": "user", "content": question}]
        assert {each["role"] for each in pair["chosen"] + pair["rejected"]} == {"assistant"}


def test_both_files_hold_the_same_pairs(run: Path) -> None:
    out = exported(run, "preference")
    ranking = read_jsonl(out / "llama_factory" / "train.jsonl")
    for row, pair in zip(ranking, read_jsonl(out / "trl" / "train.jsonl"), strict=True):
        assert row == {
            "conversations": [{"from": "human", "value": pair["prompt"][0]["content"]}],
            "id": pair["id"],
            "chosen": {"from": "gpt", "value": pair["chosen"][0]["content"]},
            "rejected": {"from": "gpt", "value": pair["rejected"][0]["content"]},
        }
    info = json.loads((out / "llama_factory" / "dataset_info.json").read_text())
    assert info == {
        "coevol_preference": {
            "file_name": "train.jsonl",
            "formatting": "sharegpt",
            "ranking": True,
            "columns": {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"},
        }
    }


def test_only_the_final_response_against_the_original(run: Path) -> None:
    records = [record for record in records_of(run) if won(record)]
    pairs = pairs_of(run, "--only", "final")
    assert keys(pairs) == [key(record, won(record)) for record in records]
    for pair, record in zip(pairs, records, strict=True):
        assert pair["rejected"][0]["content"] == record["original_response"]
        assert pair["chosen"][0]["content"] == record["response"]
        assert pair["margin"] == min(map(margin, won(record)))


def test_filters(run: Path) -> None:
    records = records_of(run)
    every = [(record, each) for record in records for each in won(record)]
    both = [key(record, [each]) for record, each in every if won_both(each)]
    assert 0 < len(both) < len(every)
    assert keys(pairs_of(run, "--both-orders")) == both
    wide = [key(record, [each]) for record, each in every if margin(each) >= 2]
    assert keys(pairs_of(run, "--min-margin", "2")) == wide
    sizes = [(len(each["edit"]["response"]), len(each["response"])) for _, each in every]
    ratio = sorted(chosen / rejected for chosen, rejected in sizes if rejected)[len(sizes) // 2]
    short = [
        key(record, [each])
        for record, each in every
        if len(each["edit"]["response"]) <= ratio * len(each["response"])
    ]
    assert 0 < len(short) < len(every)
    assert keys(pairs_of(run, "--max-length-ratio", ratio)) == short
    finals = [
        key(record, won(record))
        for record in records
        if won(record) and all(map(won_both, won(record)))
    ]
    assert keys(pairs_of(run, "--only", "final", "--both-orders")) == finals
    told = export(run, "preference", run.parent / "told", "--both-orders").out
    assert f"pairs left out, not won in both orders: {len(every) - len(both)}\n" in told
    assert f"{len(both)} pairs of 40 rows" in told


def by_panel(*verdicts: tuple[Verdict, Verdict]) -> PreferencePair:
    """The pair of a round that was won, by what each judge of a panel said in both orders."""
    first, *others = (judged("red", "Red.", each) for each in verdicts)
    judgements = dict(first["judgements"])
    for number, one in enumerate(others, start=2):
        judgements |= {f"{name}_{number}": said for name, said in one["judgements"].items()}
    return PreferencePair(0, [{**first, "judgements": judgements, "outcome": "improved"}])


def test_both_orders_are_those_of_the_whole_panel() -> None:
    wanted = PairFilter(both_orders=True)
    in_one_order = by_panel(("edited", "edited"), ("original", "edited"), ("original", "edited"))
    assert wanted.reason_against(in_one_order) == "not won in both orders"
    in_both_orders = by_panel(("tie", "edited"), ("edited", "edited"), ("edited", "edited"))
    assert wanted.reason_against(in_both_orders) is None


def test_a_turn_is_asked_with_the_answers_that_came_before_it(tmp_path: Path) -> None:
    rows = [
        talk(
            "Name colours.",
            "red, blue and green",
            "And shapes?",
            "square, round and flat",
            system="Be kind.",
        )
    ]
    run = run_of(tmp_path, rows)
    (record,) = records_of(run)
    said = [message["content"] for message in record["messages"]]
    first, second = record["turns"]
    assert won(first)
    assert won(second)
    pairs = pairs_of(run)
    assert [(pair["turn"], pair["round"]) for pair in pairs] == [
        (turn["index"], each["k"]) for turn in (first, second) for each in won(turn)
    ]
    assert pairs[-1]["prompt"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": said[1]},
        {"role": "assistant", "content": first["response"]},
        {"role": "user", "content": said[3]},
    ]
    ranking = read_jsonl(run.parent / "run-preference" / "llama_factory" / "train.jsonl")
    assert [len(row["conversations"]) % 2 for row in ranking] == [1] * len(ranking)
    assert {row["system"] for row in ranking} == {"Be kind."}


def test_a_pair_that_no_trainer_takes_costs_the_row_no_other(tmp_path: Path) -> None:
    row = talk("Name colours.", "red, blue and green")
    row["conversations"] += [
        {"from": "judge", "value": "fine"},
        *talk("More!", "pink, tan and grey")["conversations"],
    ]
    result = export(run_of(tmp_path, [row]), "preference", tmp_path / "out")
    assert "1 pair does not fit and is left out: a message of the role 'judge'" in result.out
    assert {pair["turn"] for pair in read_jsonl(tmp_path / "out" / "trl" / "train.jsonl")} == {1}


def test_a_run_without_accepted_rounds_has_no_pairs(run: Path, tmp_path: Path) -> None:
    result = export(run, "preference", tmp_path / "out", "--min-margin", "100")
    assert result.code == 2
    assert_one_line(result.err, "no pairs to export", "margin below the minimum")
    assert not (tmp_path / "out").exists()
