"""`--framework`: each of section 4.1's settings from file to file, and what is said of its runs."""

import json
from pathlib import Path
from typing import get_args

import pytest

from graph.frameworks import Framework, OnePass
from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import alpacas, ask, plain, read_jsonl, write_json
from tests.support.conversations import conversations
from tests.support.packs import pack_without
from tests.support.reference_ablations import evolve_by
from tests.support.reference_conversation import evolve_conversation
from tests.support.rows import Row, rows
from tests.support.server import serve

ROWS = alpacas(60)
ONE_PASS: tuple[OnePass, ...] = get_args(OnePass)


def right(framework: Framework, row: Row) -> str:
    return evolve_by(framework, row, ask, 3).response


@pytest.mark.parametrize("framework", ONE_PASS)
def test_rows_come_out_as_plainly_written(tmp_path: Path, framework: OnePass) -> None:
    data, run = write_json(tmp_path / "data.json", ROWS), tmp_path / "run"
    with serve() as server:
        result = coevol("evolve", data, "--out", run, *at(server), "--framework", framework)
        assert result.code == 0, result.err
    responses = [right(framework, row) for row in rows(60)]
    evolved = read_jsonl(run / "evolved.jsonl")
    assert evolved == [{**f, "output": r} for f, r in zip(ROWS, responses, strict=True)]
    for record in read_jsonl(run / "evolutions.jsonl"):
        (played,) = record["rounds"]
        assert record["stop_reason"] == played["outcome"]
        assert record["usage"]["calls"] == len(played["speeches"]) + 1 + (framework != "edit")
    summary = json.loads((run / "summary.json").read_text())
    assert summary["framework"] == framework
    assert (summary["verdicts"], summary["flip_share"]) == ([], None)
    assert set(summary["stop_reasons"]) <= {"adopted", "edit_empty"}
    assert summary["rows"]["improved"] == summary["stop_reasons"]["adopted"]
    calls = {"edit": 1, "advise-blind": 2, "advise": 2, "debate": 6}[framework]
    assert summary["usage"]["calls"] == 60 * calls


def test_turns_of_conversations(tmp_path: Path) -> None:
    some = conversations(6)
    data = write_json(tmp_path / "data.json", [{"messages": each["messages"]} for each in some])
    with serve() as server:
        options = [*at(server), "--framework", "advise"]
        assert coevol("evolve", data, "--out", tmp_path / "run", *options).code == 0
    evolved = [fields["messages"] for fields in read_jsonl(tmp_path / "run" / "evolved.jsonl")]
    assert evolved == [
        evolve_conversation(each["messages"], ask, 3, framework="advise").messages for each in some
    ]


def test_what_is_said_of_a_run_that_nobody_judged(tmp_path: Path) -> None:
    data, run = write_json(tmp_path / "data.json", plain(3)), tmp_path / "run"
    said = coevol("evolve", data, "--out", run, "--framework", "debate").err
    assert "framework debate: one pass, edits are not judged" in said
    assert "accepted" not in said
    assert "framework debate: one pass, not judged" in coevol("status", run).out
    assert json.loads(coevol("status", run, "--json").out)["framework"] == "debate"
    assert "after 1 edits that nobody judged" in coevol("show", run).out
    assert "nothing to do" in coevol("resume", run).err


def test_a_run_keeps_its_framework(tmp_path: Path) -> None:
    data, run = write_json(tmp_path / "data.json", plain(2)), tmp_path / "run"
    assert coevol("evolve", data, "--out", run, "--framework", "advise").code == 0
    other = coevol("evolve", data, "--out", run, "--quiet")
    assert other.code == 2
    assert_one_line(other.err, "framework = 'advise' (now 'coevol')", "another --out")


@pytest.mark.parametrize("framework", ["edit", "advise-blind", "advise"])
def test_a_pack_without_the_prompts_is_refused(tmp_path: Path, framework: str) -> None:
    data, run = write_json(tmp_path / "data.json", plain(2)), tmp_path / "run"
    options = ["--prompt-pack", pack_without(tmp_path, "ablations"), "--framework"]
    result = coevol("evolve", data, "--out", run, "--quiet", *options, framework)
    assert result.code == 2
    named = (f"--framework {framework}", "without-ablations.yaml has no `ablations`")
    assert_one_line(result.err, *named, "from the built-in pack")
    assert not run.exists()
    for other in ("debate", "coevol"):
        assert coevol("evolve", data, "--out", tmp_path / other, *options, other).code == 0


def test_an_unknown_framework_is_refused(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", plain(1))
    result = coevol("evolve", data, "--out", tmp_path / "run", "--framework", "advice")
    assert result.code == 2
    assert "there are advise, edit, advise-blind, debate, coevol" in result.err


def test_a_pass_is_estimated_as_such(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", plain(10))
    calls: dict[str, int] = {}
    tokens: dict[str, int] = {}
    for framework in ONE_PASS:
        price = ("--price-in", "1000000", "--price-out", "0")  # a dollar a token
        options = ("--framework", framework, "--model", "vllm:some", *price)
        (row,) = (
            line.split("│")
            for line in coevol("estimate", data, *options).out.splitlines()
            if f"{framework} (one pass)" in line
        )
        calls[framework], tokens[framework] = int(row[3]), int(row[4].replace(",", ""))
        assert row[6].strip() == f"${row[4].strip()}.00"
    assert calls == {"edit": 10, "advise-blind": 20, "advise": 20, "debate": 60}
    assert tokens["edit"] < tokens["advise-blind"] < tokens["advise"] < tokens["debate"]


def test_a_pilot_goes_through_the_framework(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", plain(8))
    with serve() as server:
        options = [*at(server), "--pilot", 2, "--framework", "advise-blind"]
        said = coevol("estimate", data, *options).out
        assert server.distinct == 4
    assert "from a pilot of 2 rows" in said
