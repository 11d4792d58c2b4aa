"""A comparison by a judge without information: no win rate without that sentence."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import assert_one_line, at, coevol, repeated
from tests.runners.datasets import alpacas, plain, write_json
from tests.support.server import Server, ServerOptions, serve

FIRST, SILENT = "<assistant 1>", "Both have their merits."
PAIRS = 80
BIASED = (
    "the judge named Assistant 1 in 100% of its verdicts, whatever stood there, and the judge's "
    "winner changes with the order in 100% of pairs: its verdicts carry no information; try "
    "coevol calibrate, another --judge-model or --judge-mode"
)
UNREAD = "100% of the judge's answers state no verdict that can be read: read some of them"


def judge(server: Server) -> list[str]:
    return ["--judge-model", "openai:test-model", "--base-url", server.base_url]


def sides(folder: Path, pairs: int) -> tuple[Path, Path]:
    """Two files with the same tasks, and a longer response in the second."""
    a = plain(pairs)
    b = [{**row, "output": f"{row['output']} And more of it."} for row in a]
    return write_json(folder / "a.json", a), write_json(folder / "b.json", b)


def report_in(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "compare.json").read_text())


def test_an_unfit_judge_stops_the_comparison_which_can_go_on(tmp_path: Path) -> None:
    start = ["compare", *sides(tmp_path, PAIRS), "--out", tmp_path]
    with serve(ServerOptions(judgement=FIRST)) as server:
        one = ["--concurrency", 1]
        stopped = coevol(*start, *judge(server), *one, "--quiet")
        assert stopped.code == 4
        assert_one_line(stopped.err, f"over 50 pairs, {BIASED}", "--unfit-judge go-on")
        assert not (tmp_path / "compare.json").exists()
        assert 100 <= server.answered < 2 * (PAIRS - 10)
        gone_on = coevol(*start, *judge(server), "--unfit-judge", "go-on")
        assert gone_on.code == 0, gone_on.err
        assert (server.answered, repeated(server)) == (2 * PAIRS, 0)
    assert gone_on.out.startswith(f"judge: over {PAIRS} pairs, {BIASED}\n")
    assert "50.0%" in gone_on.out
    report = report_in(tmp_path)
    assert list(report)[:2] == ["judge_unfit", "judge_warning"]
    assert report["judge_unfit"]
    assert report["judge_warning"] == f"over {PAIRS} pairs, {BIASED}"


def test_the_page_says_so_before_any_figure(tmp_path: Path) -> None:
    data, run = write_json(tmp_path / "data.json", alpacas(12)), tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
        server.change(judgement=SILENT)
        result = coevol("compare", run, *judge(server), "--out", run)
        assert result.code == 0, result.err
    pairs = report_in(run)["orders"]["judged"]
    told = f"over {pairs} pairs, {UNREAD}"
    assert result.out.startswith(f"judge: {told}")
    assert not report_in(run)["judge_unfit"]  # too few to say so
    assert coevol("report", run).code == 0
    page = (run / "report.html").read_text().replace("&#39;", "'")
    assert page.index(told) < page.index("Win rate of B")


@pytest.mark.parametrize("thinks", [True, False])
def test_unfinished_judgements_are_counted_apart(tmp_path: Path, thinks: bool) -> None:
    options = (
        ServerOptions(thinking="reasoning_content", thinks_only=("judge",))
        if thinks
        else ServerOptions(judgement=SILENT)
    )
    with serve(options) as server:
        start = ["compare", *sides(tmp_path, 4), "--out", tmp_path, *judge(server)]
        result = coevol(*start)
        assert result.code == 0, result.err
    orders = report_in(tmp_path)["orders"]
    shares = (orders["unparsable_share"], orders["unfinished_share"], orders["agreement"])
    assert shares == ((0, 1, 0) if thinks else (1, 0, 0))
    with (tmp_path / "compare.csv").open() as file:
        said = {(line["a_first"], line["b_first"]) for line in csv.DictReader(file)}
    assert said == {("unfinished",) * 2 if thinks else ("unparsable",) * 2}
    assert ("unfinished: 100.0%" in result.err) is thinks
