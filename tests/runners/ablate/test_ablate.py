"""`coevol ablate`: five runs over the same rows, the calls they share, and the table of them."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from graph.frameworks import FRAMEWORKS, Framework
from tests.runners.commands import assert_one_line, at, coevol, repeated
from tests.runners.datasets import alpacas, ask, plain, read_jsonl, write_json
from tests.support.options import ServerOptions
from tests.support.reference_ablations import evolve_by
from tests.support.rows import Row, rows
from tests.support.server import Server, serve

ROWS = alpacas(30)
PRICE = ("--price-in", "100000", "--price-out", "100000")
"""A dime a token."""


def right(framework: Framework, row: Row) -> str:
    return evolve_by(framework, row, ask, 3).response


def report(folder: Path) -> dict[str, dict[str, Any]]:
    """The lines of ablation.json by framework."""
    lines = json.loads((folder / "ablation.json").read_text())["frameworks"]
    return {line["framework"]: line for line in lines}


def paid(server: Server) -> float:
    """Dollars for all answers of the server."""
    stats = server.stats()
    return (stats["prompt_words"] + stats["answer_words"]) / 10


def test_five_datasets_and_a_table(tmp_path: Path) -> None:
    data, out = write_json(tmp_path / "data.json", ROWS), tmp_path / "out"
    with serve() as server:
        result = coevol("ablate", data, "--out", out, *at(server), *PRICE)
        assert result.code == 0, result.err
        assert repeated(server) == 0
        answered, dollars = server.answered, paid(server)
    for framework in FRAMEWORKS:
        outputs = [fields["output"] for fields in read_jsonl(out / framework / "evolved.jsonl")]
        assert outputs == [right(framework, row) for row in rows(30)], framework
    told = json.loads((out / "ablation.json").read_text())
    lines = report(out)
    assert list(lines) == list(FRAMEWORKS)
    assert {name: lines[name]["usage"]["calls"] for name in FRAMEWORKS[:4]} == {
        "edit": 30, "advise-blind": 60, "advise": 60, "debate": 180
    }  # fmt: skip
    assert sum(line["calls"]["answered"] for line in lines.values()) == answered
    assert sum(line["calls"]["cost_usd"] for line in lines.values()) == pytest.approx(dollars)
    # The first round of coevol, up to the edit, has been through debate already.
    saved = lines["coevol"]["usage"]["calls"] - lines["coevol"]["calls"]["answered"]
    assert saved >= 180 - 20  # less the edits without text, which are asked for again
    assert told["calls"]["saved"] == told["calls"]["used"] - answered >= saved
    assert f"{told['calls']['saved']} were shared" in result.err
    for line in lines.values():
        lengths = [len(f["output"]) for f in read_jsonl(out / line["framework"] / "evolved.jsonl")]
        assert line["mean_response_characters"]["after"] == pytest.approx(sum(lengths) / 30)
        assert f"{line['framework']} " in result.out
        assert f"{line['usage']['input_tokens']:,}" in result.out
    table = list(csv.DictReader((out / "ablation.csv").read_text().splitlines()))
    assert [row["framework"] for row in table] == list(FRAMEWORKS)
    assert [int(row["calls"]) for row in table] == [x["usage"]["calls"] for x in lines.values()]


@pytest.mark.parametrize("mode", ["score", "probability", "reasoned"])
def test_coevol_judges_in_the_chosen_mode(tmp_path: Path, mode: str) -> None:
    data, out = write_json(tmp_path / "data.json", plain(6)), tmp_path / "out"
    chosen = ("--judge-mode", mode)
    with serve() as server:
        assert coevol("ablate", data, "--out", out, *at(server), *chosen).code == 0
        assert coevol("evolve", data, "--out", tmp_path / "run", *at(server), *chosen).code == 0
    alone = (tmp_path / "run" / "evolved.jsonl").read_bytes()
    assert (out / "coevol" / "evolved.jsonl").read_bytes() == alone
    assert len(report(out)) == len(FRAMEWORKS)


def test_what_a_framework_takes_alone_does_not_depend_on_the_others(tmp_path: Path) -> None:
    data, out = write_json(tmp_path / "data.json", plain(6)), tmp_path / "out"
    with serve() as server:
        assert coevol("ablate", data, "--out", out, *at(server), *PRICE).code == 0
        assert coevol("evolve", data, "--out", tmp_path / "run", *at(server), *PRICE).code == 0
    alone = json.loads((tmp_path / "run" / "summary.json").read_text())
    told = report(out)["coevol"]
    assert told["usage"] == alone["usage"]
    assert told["calls"]["answered"] < alone["calls"]["answered"]


def test_a_budget_is_for_all_five_and_the_same_command_goes_on(tmp_path: Path) -> None:
    data, out = write_json(tmp_path / "data.json", plain(6)), tmp_path / "out"
    options = ("--out", out, *PRICE, "--max-tokens", "200", "--concurrency", "2")
    with serve() as server:
        stopped = coevol("ablate", data, *at(server), *options, "--quiet", "--budget", "1500")
        assert stopped.code == 4
        assert_one_line(stopped.err, "budget of $1500.00 reached")
        assert 1000 < paid(server) <= 1500
        done = report(out)
        assert list(done)[:3] == ["edit", "advise-blind", "advise"]
        assert list(done.values())[-1]["rows"]["left"] > 0
        again = coevol("ablate", data, *at(server), *options)
        assert again.code == 0, again.err
        assert repeated(server) == 0
    assert {line["rows"]["left"] for line in report(out).values()} == {0}


def test_failed_rows_keep_their_originals_and_are_tried_again(tmp_path: Path) -> None:
    bad = {"instruction": "Say POISON to it.", "output": "It was like this."}
    data, out = write_json(tmp_path / "data.json", [*plain(2), bad]), tmp_path / "out"
    with serve(ServerOptions(poison="POISON")) as server:
        options = (data, "--out", out, *at(server), "--attempts", "1")
        assert coevol("ablate", *options).code == 3
        for framework, line in report(out).items():
            assert (line["rows"]["failed"], line["rows"]["finished"]) == (1, 2)
            assert read_jsonl(out / framework / "evolved.jsonl")[2] == bad
        server.change(poison="NOTHING")
        assert coevol("ablate", *options, "--retry-failed").code == 0
        assert repeated(server) == 0
    assert {line["rows"]["failed"] for line in report(out).values()} == {0}


def test_a_run_is_no_place_for_an_ablation(tmp_path: Path) -> None:
    data, run = write_json(tmp_path / "data.json", plain(1)), tmp_path / "run"
    assert coevol("evolve", data, "--out", run).code == 0
    before = sorted(path.name for path in run.iterdir())
    result = coevol("ablate", data, "--out", run, "--quiet")
    assert result.code == 2
    assert_one_line(result.err, str(run), "a folder of its own")
    assert sorted(path.name for path in run.iterdir()) == before


def test_wrong_data_leaves_nothing_behind(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", [{"instruction": "No output."}])
    result = coevol("ablate", data, "--out", tmp_path / "out", "--quiet")
    assert result.code == 2
    assert_one_line(result.err, "row 1", "output: missing")
    assert not (tmp_path / "out").exists()


def test_events_for_other_programs(tmp_path: Path) -> None:
    data, out = write_json(tmp_path / "data.json", plain(2)), tmp_path / "out"
    lines = coevol("ablate", data, "--out", out, "--json").out.splitlines()
    events = [json.loads(line) for line in lines]
    begun = [each["framework"] for each in events if each["event"] == "framework"]
    assert begun == list(FRAMEWORKS)
    assert events[-1] == {"event": "ablation", **json.loads((out / "ablation.json").read_text())}
    assert sum(each["event"] == "row" for each in events) == 10


def test_what_the_judge_is_worth_is_said_before_its_win_rates(tmp_path: Path) -> None:
    data, out = write_json(tmp_path / "data.json", alpacas(6)), tmp_path / "out"
    with serve(ServerOptions(judgement="Both have their merits.")) as server:
        judge = ["--judge-model", "openai:test-model"]
        result = coevol("ablate", data, "--out", out, *at(server), *judge)
        assert result.code == 0, result.err
    words = "100% of the judge's answers state no verdict that can be read"
    said, rates = result.out.partition("against the originals")[::2]
    assert "win rate" in rates
    assert said.count(words) == 5  # the full framework's own judge, and four that have changed rows
    found = report(out)
    assert words in found["coevol"]["judge"]["warning"]
    assert words in found["edit"]["comparison"]["judge_warning"]
