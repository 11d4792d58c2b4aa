"""A panel calibrated: the sum decides, each judge is told by itself, and how far each two agree."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from prompts.roles import SEATS
from tests.runners.calibration.test_calibrate import FIRST, KNOWS, PAIRS, ROWS, SILENT, report_in
from tests.runners.commands import Result, assert_one_line, coevol, repeated
from tests.runners.datasets import write_json
from tests.support.server import ServerOptions, serve

MODELS = ("knows", "places", "silent")
NAMES = [f"vllm:{each}" for each in MODELS]
JUDGES = [part for each in NAMES for part in ("--judge-model", each)]
PANEL = ServerOptions(
    models=("test-model", *MODELS),
    knows=KNOWS,
    judgements=(("places", FIRST), ("silent", SILENT)),
)
"""A good judge, one that looks at places, and one that says nothing."""
CHOICE = ("--mode", "choice")


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("panel")
    data, place = write_json(folder / "data.json", ROWS), folder / "calibrations/panel"
    with serve(PANEL) as server:
        start = ("calibrate", data, *JUDGES, "--base-url", server.base_url, *CHOICE)
        result = coevol(*start, "--out", place)
        assert server.answered == 3 * 2 * PAIRS
        assert coevol(*start, "--out", place).code == 0
        assert (server.answered, repeated(server)) == (3 * 2 * PAIRS, 0)
    return place, result


def mode_of(place: Path) -> dict[str, Any]:
    return report_in(place)["modes"]["choice"]


def test_the_sum_decides_and_each_judge_is_told_by_itself(calibrated: tuple[Path, Result]) -> None:
    place, result = calibrated
    assert result.code == 0, result.err
    panel = mode_of(place)
    knows, places, silent = (panel["judges"][name] for name in NAMES)
    assert [each["spoilt"]["right"]["part"] for each in (panel, knows, places, silent)] == (
        [60, 60, 0, 0]
    )
    assert places["spoilt"]["undecided"]["share"] == silent["spoilt"]["undecided"]["share"] == 1
    assert places["spoilt"]["undecided"]["interval"] == pytest.approx([0.9398, 1], abs=1e-4)
    shares = [each["first_place"]["share"] for each in (knows, places, silent)]
    assert shares == [0.5, 1, None]
    assert silent["unparsable"]["share"] == 1
    tokens = sum(each["input_tokens"] for each in (knows, places, silent))
    assert panel["input_tokens"] == pytest.approx(tokens)


def test_how_far_each_two_agree(calibrated: tuple[Path, Result]) -> None:
    agreed = {tuple(each["judges"]): each for each in mode_of(calibrated[0])["agreement"]}
    assert len(agreed) == 3
    both = agreed["vllm:knows", "vllm:places"]
    assert (both["judgements"], both["agreement"], both["kappa"]) == (2 * PAIRS, 0.5, 0)
    mute = agreed["vllm:knows", "vllm:silent"]
    assert (mute["judgements"], mute["agreement"]) == (0, None)


def test_the_terminal_has_a_column_for_each_and_the_panel(calibrated: tuple[Path, Result]) -> None:
    out = calibrated[1].out
    assert "\njudge 2: vllm:places\n" in out
    [headers] = [line for line in out.splitlines() if line.strip().startswith("choice")]
    assert headers.split("  ")[-1].strip() == "panel"
    [right] = [line for line in out.splitlines() if line.strip().startswith("worse twins, right")]
    assert re.findall(r"(\d+)% ", right) == ["100", "0", "0", "100"]
    assert right.rstrip().endswith("(94-100)")
    told = f"vllm:knows and vllm:places agree in 50% of {2 * PAIRS} judgements (kappa 0.00)"
    assert told in out
    assert f"{', '.join(NAMES)} can judge with --judge-mode choice: of 60 twins" in out
    assert "vllm:knows alone does no worse: of 60 twins known to be worse 100% lost" in out


def test_the_page_shows_each_judge(calibrated: tuple[Path, Result]) -> None:
    place = calibrated[0]
    page = (place / "calibrate.html").read_text()
    assert "Each judge of the panel by itself" in page
    judges = (place / "tables/calibration_judges.csv").read_text().splitlines()
    assert [line.split(",choice,")[1].split(",")[:4] for line in judges[1:]] == [
        ["vllm:knows", "60", "0", "60"],
        ["vllm:places", "60", "0", "0"],
        ["vllm:silent", "60", "0", "0"],
    ]
    agreement = (place / "tables/calibration_agreement.csv").read_text()
    assert f",choice,vllm:knows,vllm:places,{2 * PAIRS},0.5,0.0\n" in agreement


def test_a_line_of_each_pair_has_what_each_judge_said(calibrated: tuple[Path, Result]) -> None:
    with (calibrated[0] / "calibrate.csv").open(encoding="utf-8") as file:
        lines = [line for line in csv.DictReader(file) if line["kind"] != "padded"]
    parts = ("original_first", "twin_first", "original_points", "twin_points")
    said = {
        tuple(line[f"{judge}_{part}"] for judge in SEATS[:3] for part in parts) for line in lines
    }
    knows, places, silent = (("a", "a", "2", "0"), ("a", "b", "1", "1"), ("unparsable",) * 2)
    assert said == {(*knows, *places, *silent, "2", "2")}


def test_a_run_finds_the_calibration_of_its_panel(calibrated: tuple[Path, Result]) -> None:
    folder = calibrated[0].parents[1]
    with serve(PANEL) as server:
        at = ("--model", "vllm:test-model", "--base-url", server.base_url)
        few = (folder / "data.json", *at, "--limit", 1, "--rounds", 1)
        panel = coevol("evolve", *few, *JUDGES, "--out", folder / "run")
        one = coevol("evolve", *few, *JUDGES[:2], "--out", folder / "one")
    assert (panel.code, one.code) == (0, 0)
    assert f"{', '.join(NAMES)} can judge" in panel.err
    assert report_in(folder / "run") == report_in(calibrated[0])
    assert "calibrated" not in one.err


def test_one_judge_of_a_panel_can_be_called_otherwise(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", ROWS)
    with serve(PANEL) as server:
        few = ("--rows", 1, "--spoiling", "cut", *CHOICE, "--base-url", server.base_url)
        own = ("--set", "judge_2.temperature=0.7", "--out", tmp_path)
        coevol("calibrate", data, *JUDGES, *few, *own)
        heat = {each.body["model"]: each.body["temperature"] for each in server.requests}
    assert heat == {"knows": 0.0, "places": 0.7, "silent": 0.0}
    settings = report_in(tmp_path)["settings"]
    assert [settings[name]["temperature"] for name in NAMES] == [0.0, 0.7, 0.0]


def test_a_panel_that_is_none_is_refused(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", ROWS)
    twice = ("--judge-model", "vllm:a", "--judge-model", "vllm:a", "--quiet")
    refused = coevol("calibrate", data, *twice, "--out", tmp_path)
    assert refused.code == 2
    assert_one_line(refused.err, "--judge-model", "up to 9 judges, each another model")
