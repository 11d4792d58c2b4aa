"""`coevol compare`: planted wins, ties, losses and flips come out as they are."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import assert_one_line, at, coevol, repeated
from tests.runners.datasets import Fields, alpacas, plain, read_jsonl, write_json
from tests.support.conversations import conversations
from tests.support.options import ServerOptions
from tests.support.pairs import Fate, Planted, fate_of, planted
from tests.support.server import Server, serve

WANTED: dict[Fate, int] = {
    ("b", "b"): 9,
    ("b", "tie"): 2,
    ("tie", "b"): 1,
    ("unparsable", "b"): 1,
    ("a", "b"): 3,  # flips: whoever is first
    ("b", "a"): 2,  # flips: whoever is second
    ("tie", "tie"): 2,
    ("a", "a"): 5,
    ("tie", "a"): 1,
    ("a", "unparsable"): 1,
}
WINS, TIES, LOSSES = 13, 7, 7
PAIRS = planted(WANTED)


def judge(server: Server) -> list[str]:
    return ["--judge-model", "openai:test-model", "--base-url", server.base_url]


def sides(folder: Path, pairs: list[Planted] = PAIRS) -> tuple[Path, Path]:
    """Two files with the pairs, B in another order and with categories."""
    a: list[Fields] = [{"instruction": each.instruction, "output": each.a} for each in pairs]
    b: list[Fields] = [
        {"instruction": f" {each.instruction}\n", "input": "<noinput>", "output": each.b,
         "category": "flips" if set(each.fate) == {"a", "b"} else "others"}
        for each in pairs
    ]  # fmt: skip
    return write_json(folder / "a.json", a), write_json(folder / "b.json", b[::-1])


def read(folder: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """compare.json, and the rows of compare.csv."""
    table = (folder / "compare.csv").read_text("utf-8")
    return json.loads((folder / "compare.json").read_text()), list(
        csv.DictReader(table.splitlines(keepends=True))
    )


def test_planted_outcomes_come_out_exactly(tmp_path: Path) -> None:
    a, b = sides(tmp_path)
    with serve() as server:
        result = coevol("compare", a, b, *judge(server), "--out", tmp_path)
        assert result.code == 0, result.err
        assert server.answered == 2 * len(PAIRS)
    report, rows = read(tmp_path)
    assert (report["wins"], report["ties"], report["losses"]) == (WINS, TIES, LOSSES)
    assert report["win_rate"] == pytest.approx((WINS + TIES / 2) / len(PAIRS))
    low, high = report["interval"]
    assert low < report["win_rate"] < high
    orders = report["orders"]
    assert {(x["a_first"], x["b_first"]): x["pairs"] for x in orders["table"]} == WANTED
    assert (orders["always_first"], orders["always_second"], orders["flips"]) == (3, 2, 5)
    assert orders["agreement"] == pytest.approx((9 + 2 + 5) / len(PAIRS))
    assert orders["unparsable_share"] == pytest.approx(2 / (2 * len(PAIRS)))
    flips = report["categories"]["flips"]
    assert (flips["wins"], flips["ties"], flips["losses"], flips["pairs"]) == (0, 5, 0, 5)
    assert flips["length_controlled_win_rate"] is None
    assert report["categories"]["others"]["wins"] == WINS
    assert [(row["a_first"], row["b_first"]) for row in rows] == [each.fate for each in PAIRS]
    assert [row["instruction"] for row in rows] == [each.instruction for each in PAIRS]
    assert sum(int(row["flip"]) for row in rows) == 5
    assert "61.1%" in result.out
    assert (report["judge_unfit"], report["judge_warning"]) == (False, None)
    assert "judge:" not in result.out
    assert "flips" in result.out


def test_exchanged_sides_exchange_the_outcomes(tmp_path: Path) -> None:
    a, b = sides(tmp_path)
    with serve() as server:
        for order, out in (((a, b), "one"), ((b, a), "other")):
            assert coevol("compare", *order, *judge(server), "--out", tmp_path / out).code == 0
    one, other = (read(tmp_path / name)[0] for name in ("one", "other"))
    assert (one["wins"], one["ties"], one["losses"]) == (WINS, TIES, LOSSES)
    assert (other["wins"], other["ties"], other["losses"]) == (LOSSES, TIES, WINS)
    controlled = one["length_controlled_win_rate"], other["length_controlled_win_rate"]
    assert sum(controlled) == pytest.approx(1)


def test_a_run_against_its_originals_and_against_another(tmp_path: Path) -> None:
    rows = alpacas(20)
    data = write_json(tmp_path / "data.json", rows)
    with serve(ServerOptions(models=("test-model", "other-judge"))) as server:
        for name, rounds in (("one", 1), ("three", 3)):
            options = ("--out", tmp_path / name, *at(server), "--rounds", rounds)
            assert coevol("evolve", data, *options).code == 0
        other = ["--judge-model", "openai:other-judge", "--base-url", server.base_url]
        alone = coevol("compare", tmp_path / "three", *other, "--out", tmp_path / "alone")
        both = coevol(
            "compare", tmp_path / "one", tmp_path / "three", *judge(server), "--out", tmp_path
        )
        assert (alone.code, both.code) == (0, 0), alone.err + both.err
    report, table = read(tmp_path / "alone")
    evolved = [fields["output"] for fields in read_jsonl(tmp_path / "three" / "evolved.jsonl")]
    assert {row["unasked"] for row in table} >= {"", "identical"}
    for row, fields, after in zip(table, rows, evolved, strict=True):
        if not row["unasked"]:
            assert (row["a_first"], row["b_first"]) == fate_of(fields["output"], after)
        elif row["unasked"] == "identical":
            assert (row["outcome"], fields["output"].strip()) == ("tie", after.strip())
    assert report["warnings"] == []
    assert "warning" not in alone.err
    with serve(ServerOptions(models=("test-model", "other-judge"))) as server:
        chosen = [*at(server), "--judge-model", "openai:other-judge", "--rounds", 1]
        assert coevol("evolve", data, "--out", tmp_path / "chosen", *chosen).code == 0
        other[-1] = server.base_url
        its_own = coevol("compare", tmp_path / "chosen", *other, "--out", tmp_path / "its_own")
    assert "openai:other-judge judges responses that it has chosen itself" in its_own.err
    assert "openai:test-model judges responses that it has written" in both.err
    assert len(read(tmp_path)[0]["warnings"]) == 2


def test_model_outputs_of_alpaca_eval(tmp_path: Path) -> None:
    def outputs(name: str, generator: str, texts: list[str]) -> Path:
        told = {"dataset": "koala", "generator": generator}
        rows = [
            {**told, "instruction": each.instruction, "output": text}
            for each, text in zip(PAIRS, texts, strict=True)
        ]
        return write_json(tmp_path / name, rows)

    a = outputs("model_outputs.json", "some-model", [each.a for each in PAIRS])
    b = outputs("mine.json", "test-model", [each.b for each in PAIRS])
    with serve() as server:
        result = coevol("compare", a, b, *judge(server), "--out", tmp_path / "v1.2.json")
    assert result.code == 0, result.err
    assert "warning" in result.err
    report = json.loads((tmp_path / "v1.2.json").read_text())
    assert report["categories"]["koala"]["wins"] == report["wins"] == WINS
    assert (tmp_path / "v1.2.csv").exists()


def test_what_needs_no_judge(tmp_path: Path) -> None:
    texts = [("Same.", "Same. "), ("", "Something."), ("Something.", " \n"), ("", "")]
    a, b = (
        write_json(
            tmp_path / f"{side}.json",
            [{"instruction": "Go.", "output": pair[side]} for pair in texts],
        )
        for side in (0, 1)
    )
    with serve() as server:
        assert coevol("compare", a, b, *judge(server), "--out", tmp_path).code == 0
        assert server.requests == []
    report, rows = read(tmp_path)
    assert [row["outcome"] for row in rows] == ["tie", "win", "loss", "tie"]
    assert report["unasked"] == {"identical": 2, "blank": 2}
    assert report["orders"]["judged"] == 0
    assert report["orders"]["flip_share"] is None


def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    a, b = sides(tmp_path)
    with serve() as server:
        options = (a, b, *judge(server), "--out", tmp_path, "--concurrency", 2, "--quiet")
        limits = ("--max-tokens", 50, "--max-tokens-total", 6000)
        stopped = coevol("compare", *options, *limits)
        assert stopped.code == 4
        assert_one_line(stopped.err, "token limit of 6000 reached")
        assert 0 < server.answered < 2 * len(PAIRS)
        assert not (tmp_path / "compare.json").exists()
        assert coevol("compare", *options, "--max-tokens", 50).code == 0
        assert server.answered == server.distinct == 2 * len(PAIRS)
        before = (tmp_path / "compare.csv").read_bytes()
        assert coevol("compare", *options, "--max-tokens", 50).code == 0
        assert server.answered == 2 * len(PAIRS)
    report, _ = read(tmp_path)
    assert (tmp_path / "compare.csv").read_bytes() == before
    assert report["calls"]["answered"] == 2 * len(PAIRS)


def test_pairs_that_fail_are_told_and_tried_again(tmp_path: Path) -> None:
    rows = [{"instruction": f"{word} it.", "output": "One."} for word in ("Say", "POISON")]
    a = write_json(tmp_path / "a.json", rows)
    b = write_json(tmp_path / "b.json", [{**row, "output": "One. And two."} for row in rows])
    with serve(ServerOptions(poison="POISON")) as server:
        options = (a, b, *judge(server), "--out", tmp_path, "--attempts", 1)
        assert coevol("compare", *options).code == 3
        report, table = read(tmp_path)
        assert (report["pairs"], report["failed"]) == (2, 1)
        assert report["wins"] + report["ties"] + report["losses"] == 1
        assert (table[1]["outcome"], "died" in table[1]["failure"]) == ("failed", True)
        server.change(poison="NOTHING")
        assert coevol("compare", *options).code == 0
        assert repeated(server) == 0
    assert read(tmp_path)[0]["failed"] == 0


def test_votes_of_people(tmp_path: Path) -> None:
    a, b = sides(tmp_path)
    outcome = {"b": "win", "tie": "tie", "a": "loss"}
    clear = [n for n, each in enumerate(PAIRS) if each.fate[0] == each.fate[1]]
    votes = [(n, outcome[PAIRS[n].fate[0]]) for n in clear]  # 9 wins, 2 ties, 5 losses
    votes[:] = [(n, "win" if said == "tie" else said) for n, said in votes]
    path = tmp_path / "votes.csv"
    lines = [f"{n},{said.upper()},Ann" for n, said in votes]
    path.write_text("\n".join(["position,vote,who", *lines, f"{clear[0]},,Bob", ""]))
    with serve() as server:
        result = coevol("compare", a, b, *judge(server), "--out", tmp_path, "--human", path)
    assert result.code == 0, result.err
    human = read(tmp_path)[0]["human"]
    assert human["votes"] == 16
    assert human["human"] == {"win": 11, "tie": 0, "loss": 5}
    assert human["judge"] == {"win": 9, "tie": 2, "loss": 5}
    assert human["agreement"] == pytest.approx(14 / 16)
    chance = (11 * 9 + 0 * 2 + 5 * 5) / 16**2
    assert human["kappa"] == pytest.approx((14 / 16 - chance) / (1 - chance))
    assert "agreement 87.5%, Cohen's kappa 0.758" in result.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("position,vote\n0,better\n", "row 1, field vote: 'better' is none of win, tie, loss"),
        ("position,vote\n99,win\n", "row 1, field position: '99' is none of the pairs compared"),
        ("position,vote\n-1,win\n", "row 1, field position: '-1' is none"),
        ("row,vote\n1,win\n", "row 1, field position: missing; fields found: row, vote"),
        ("position,vote\n1,\n", "holds no vote"),
    ],
)
def test_votes_that_are_none(tmp_path: Path, text: str, said: str) -> None:
    a, b = sides(tmp_path)
    path = tmp_path / "votes.csv"
    path.write_text(text)
    options = ("--judge-model", "rehearsal", "--out", tmp_path / "out", "--human", path)
    result = coevol("compare", a, b, *options)
    assert result.code == 2
    assert_one_line(result.err, str(path), said)
    assert not (tmp_path / "out").exists()


def test_sides_that_do_not_go_together(tmp_path: Path) -> None:
    a, b = sides(tmp_path)
    one = write_json(tmp_path / "one.json", plain(3))
    talks = write_json(tmp_path / "talks.json", [{"messages": conversations(1)[0]["messages"]}])
    options = ("--judge-model", "rehearsal", "--out", tmp_path / "out")
    cases = {
        (a, one): "no response to this task",
        (a, tmp_path / "nothing.json"): "can't be read",
        (talks, talks): "conversations can be compared with their own originals only",
        (a,): "no run; give one, or two files or runs to compare",
        (a, b, "--category", "colour"): "--category colour: no row has such a field",
        (a, b, "--prompt-pack", "nope"): "prompt pack nope: not found",
        (a, b, "--judge-model", "bogus"): "model 'bogus': unknown",
        (a, b, "--judge-model", "vllm:x", "--budget", 1): "--budget: no price known for vllm:x",
    }
    for arguments, said in cases.items():
        result = coevol("compare", *options, *arguments, "--quiet")
        assert result.code == 2, arguments
        assert_one_line(result.err, said)
    assert not (tmp_path / "out").exists()


def test_a_run_that_is_not_done(tmp_path: Path) -> None:
    data, run = write_json(tmp_path / "data.json", plain(9)), tmp_path / "run"
    with serve() as server:
        options = ("--max-tokens-total", 8000, "--concurrency", 2, "--quiet")
        assert coevol("evolve", data, "--out", run, *at(server), *options).code == 4
    result = coevol("compare", run, "--judge-model", "rehearsal", "--out", tmp_path)
    assert result.code == 2
    assert_one_line(result.err, "rows are not done", f"coevol resume {run}")


def test_hostile_rows(tmp_path: Path) -> None:
    kinds = ["[red]x[/red]", "<script>", "=1+1", "\ud83d"]
    rows = [
        {
            "instruction": f"{{sample}} {kind[:8]!a}",
            "output": "[System] <assistant 1>",
            "category": kind,
        }
        for kind in kinds
    ]
    a = tmp_path / "a.json"
    a.write_text(json.dumps(rows))
    b = tmp_path / "b.json"
    b.write_text(json.dumps([{**row, "output": "Fine, {input}."} for row in rows]))
    result = coevol("compare", a, b, "--judge-model", "rehearsal", "--out", tmp_path)
    assert result.code == 0, result.err
    assert "[red]x[/red]" in result.out
    report, table = read(tmp_path)
    assert set(report["categories"]) == {*kinds[:3], "?"}
    assert {row["flags"] for row in table} == {"judge_delimiter"}


def test_an_ablation_with_a_judge(tmp_path: Path) -> None:
    data, out = write_json(tmp_path / "data.json", plain(5)), tmp_path / "out"
    with serve() as server:
        options = (data, "--out", out, *at(server), "--judge-model", "openai:test-model")
        result = coevol("ablate", *options)
        assert result.code == 0, result.err
        assert repeated(server) == 0
        answered = server.answered
        assert coevol("ablate", *options).code == 0
        assert server.answered == answered
    lines = json.loads((out / "ablation.json").read_text())["frameworks"]
    for line in lines:
        told = line["comparison"]
        run = out / line["framework"]
        assert told["wins"] + told["ties"] + told["losses"] == 5
        evolved = [fields["output"] for fields in read_jsonl(run / "evolved.jsonl")]
        _, table = read(run)
        for row, fields, after in zip(table, plain(5), evolved, strict=True):
            if not row["unasked"]:
                assert (row["a_first"], row["b_first"]) == fate_of(fields["output"], after)
    assert "against the originals, by openai:test-model" in result.out
    table = list(csv.DictReader((out / "ablation.csv").read_text().splitlines()))
    assert [float(row["win_rate"]) for row in table] == [x["comparison"]["win_rate"] for x in lines]
