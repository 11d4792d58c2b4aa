"""A panel that compares: each judge's verdicts and place bias, and how far each two agree."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import at, coevol
from tests.runners.datasets import alpacas, write_json
from tests.support.server import ServerOptions, serve

MODELS = ("own-mind", "places", "fence-sitter")
JUDGES = [part for each in MODELS for part in ("--judge-model", f"vllm:{each}")]
BIASED = ServerOptions(
    models=("test-model", *MODELS),
    judgements=(("places", "<assistant 1>"), ("fence-sitter", "<equal>")),
)
"""One judge of its own mind, one that looks at places, one that can't decide."""


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A run compared with its originals by a panel, and what that said on stdout and stderr."""
    folder = tmp_path_factory.mktemp("compared")
    data, run = write_json(folder / "data.json", alpacas(12)), folder / "run"
    with serve(BIASED) as server:
        assert coevol("evolve", data, "--out", run, *at(server, "vllm:test-model")).code == 0
        result = coevol("compare", run, *JUDGES, "--base-url", server.base_url, "--out", run)
    assert result.code == 0, result.err
    return run, result.out, result.err


def report_of(run: Path) -> dict[str, Any]:
    return json.loads((run / "compare.json").read_text())


def test_the_report_has_each_judges_verdicts_and_place_bias(
    compared: tuple[Path, str, str],
) -> None:
    report = report_of(compared[0])
    pairs = report["orders"]["judged"]
    mind, places, fence = report["panel"]["judges"]
    assert [each["model"] for each in (mind, places, fence)] == [f"vllm:{n}" for n in MODELS]
    assert places["verdicts"] == {"a": pairs, "b": pairs}
    assert (places["first_place_share"], places["flip_share"], places["pairs"]) == (1, 1, pairs)
    assert fence["verdicts"] == {"tie": 2 * pairs}
    assert (fence["first_place_share"], fence["longer_share"], fence["tie_share"]) == (
        None,
        None,
        1,
    )
    assert sum(mind["verdicts"].values()) == 2 * pairs
    assert mind["longer_share"] > 0.5  # the loopback judge likes length


def test_it_has_how_far_each_two_agree(compared: tuple[Path, str, str]) -> None:
    report = report_of(compared[0])
    agreed = {tuple(each["judges"]): each for each in report["panel"]["agreement"]}
    assert len(agreed) == 3
    both = agreed["vllm:places", "vllm:fence-sitter"]
    assert both["judgements"] == 2 * report["orders"]["judged"]
    assert (both["agreement"], both["kappa"]) == (0, 0)


def test_a_line_of_each_pair_has_what_each_judge_said(compared: tuple[Path, str, str]) -> None:
    run = compared[0]
    with (run / "compare.csv").open(encoding="utf-8") as file:
        asked = [line for line in csv.DictReader(file) if not line["unasked"]]
    assert len(asked) == report_of(run)["orders"]["judged"]
    for line in asked:
        said = [cells_of(line, judge) for judge in ("judge", "judge_2", "judge_3")]
        assert said[1:] == [["a", "b", "1", "1"], ["tie", "tie", "2", "2"]]
        ahead = sum(float(each[3]) - float(each[2]) for each in said)
        assert line["outcome"] == ("win" if ahead > 0 else "loss" if ahead < 0 else "tie")


def cells_of(line: dict[str, str], judge: str) -> list[str]:
    parts = ("a_first", "b_first", "a_points", "b_points")
    return [line[f"{judge}_{part}"] for part in parts]


def test_nobody_is_said_to_have_judged_what_was_not_asked(tmp_path: Path) -> None:
    rows = alpacas(2)
    one, other = (write_json(tmp_path / name, rows) for name in ("a.json", "b.json"))
    with serve(BIASED) as server:
        at_all = ("compare", one, other, *JUDGES, "--base-url", server.base_url, "--out", tmp_path)
        assert coevol(*at_all).code == 0
        assert server.answered == 0
    with (tmp_path / "compare.csv").open(encoding="utf-8") as file:
        assert [cells_of(line, "judge_2") for line in csv.DictReader(file)] == [[""] * 4] * 2


def test_the_terminal_shows_them(compared: tuple[Path, str, str]) -> None:
    run, out, err = compared
    pairs = report_of(run)["orders"]["judged"]
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.strip()}
    assert rows["vllm:places"][:6] == [str(pairs), str(pairs), "0", "0", "100.0%", "100.0%"]
    assert rows["vllm:fence-sitter"] == ["0", "0", str(2 * pairs), "0", "0.0%", "-", "-"]
    told = f"vllm:places and vllm:fence-sitter agree in 0% of {2 * pairs} judgements"
    assert f"{told} (kappa 0.00)" in err


def test_the_page_shows_them(compared: tuple[Path, str, str], tmp_path: Path) -> None:
    run = compared[0]
    pairs = report_of(run)["orders"]["judged"]
    assert coevol("report", run, "--out", tmp_path).code == 0
    _, _, places, fence = (tmp_path / "tables/comparison_panel.csv").read_text().splitlines()
    assert f",vllm:places,{pairs},0,{pairs},0,0,1.0,1.0," in places
    assert f",vllm:fence-sitter,0,{2 * pairs},0,0,0,0.0,," in fence
    agreement = (tmp_path / "tables/comparison_agreement.csv").read_text()
    assert f",vllm:places,vllm:fence-sitter,{2 * pairs},0.0,0.0\n" in agreement
    assert "vllm:fence-sitter" in (tmp_path / "report.html").read_text()


def test_a_judge_alone_is_no_panel(tmp_path: Path) -> None:
    data, run = write_json(tmp_path / "data.json", alpacas(3)), tmp_path / "run"
    with serve(BIASED) as server:
        assert coevol("evolve", data, "--out", run, *at(server, "vllm:test-model")).code == 0
        one = [*JUDGES[:2], "--base-url", server.base_url]
        result = coevol("compare", run, *one, "--out", run)
    assert result.code == 0, result.err
    assert report_of(run)["panel"] is None
    assert "judge" not in (run / "compare.csv").read_text().splitlines()[0]
    assert "longer" not in result.out
    assert "agree in" not in result.err
