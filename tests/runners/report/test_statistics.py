"""The statistics of a small run, as they were computed by hand."""

import csv
import math
from collections import Counter
from pathlib import Path

import pytest

from nodes.judging.fitness import position_bias
from nodes.judging.share import Share
from runners.report.figures.rounds import shares_of
from runners.report.lengths import bin_of, edges_of
from tests.runners.commands import coevol
from tests.runners.report.small_run import by_hand
from tests.support.records import run_of

Table = list[dict[str, str]]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    """The CSV files of a report of the run, by name."""
    run = run_of(tmp_path_factory.mktemp("runs") / "mine", by_hand(), unfinished=2)
    assert coevol("report", run).code == 0
    return {path.stem: _read(path) for path in (run / "tables").iterdir()}


def _read(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_headline(tables: dict[str, Table]) -> None:
    (row,) = tables["headline"]
    assert row | {"seconds": ""} == {
        "run": "mine",
        "rows": "7",
        "finished": "4",
        "improved": "3",
        "improved_share": "0.75",
        "failed": "1",
        "left": "2",
        "rounds": "6",
        "calls": "10",
        "input_tokens": "100",
        "output_tokens": "50",
        "cost_usd": "",
        "seconds": "",
    }


def test_rows_by_rounds_that_won(tables: dict[str, Table]) -> None:
    found = [(row["rounds_won"], row["rows"], row["share"]) for row in tables["rounds"]]
    assert found == [("0", "1", "0.25"), ("1", "3", "0.75")]


def test_lengths_of_all_responses_and_ratios_of_the_changed_ones(
    tables: dict[str, Table],
) -> None:
    (row,) = tables["lengths"]
    # Before 2 + 4 + 0 + 1 + 2 words, after 4 + 4 + 1 + 4 + 2; the skipped turn is no response.
    assert (row["responses"], row["mean_before"], row["mean_after"]) == ("5", "1.8", "3.0")
    # Ratios 4/2 and 4/1; the third changed response was empty before.
    assert row["changed"] == "3"
    quartiles = ("ratio_lower_quartile", "ratio_median", "ratio_upper_quartile")
    assert [row[name] for name in quartiles] == ["2.5", "3.0", "3.5"]
    found = [(float(r["ratio_from"]), r["responses"], r["share"]) for r in tables["length_ratios"]]
    assert found == [
        (2.0, "1", "0.5"),
        (pytest.approx(2 * math.sqrt(2)), "0", "0.0"),
        (4.0, "1", "0.5"),
    ]


def test_verdicts_of_both_orders(tables: dict[str, Table]) -> None:
    found = {
        (row["original_first"], row["edited_first"]): row["rounds"]
        for row in tables["verdicts"]
        if row["rounds"] != "0"
    }
    assert len(tables["verdicts"]) == 16
    assert found == {
        ("edited", "edited"): "1",
        ("original", "edited"): "1",
        ("tie", "original"): "1",
        ("edited", "unparsable"): "1",
        ("tie", "edited"): "1",
    }


def test_flips_position_and_unparsable_answers(tables: dict[str, Table]) -> None:
    (row,) = tables["judge"]
    assert (row["judged_twice"], row["judged_once"]) == ("5", "0")
    assert float(row["flip_share"]) == 1 / 5
    assert float(row["unparsable_share"]) == 1 / 10
    # First places: the original once, the edited three times; second places: two and one.
    assert float(row["first_place_share"]) == pytest.approx(4 / 7)


def test_acceptance_by_length(tables: dict[str, Table]) -> None:
    found = {
        (row["ratio_from"], row["ratio_below"]): (row["edits"], row["won"])
        for row in tables["acceptance"]
        if row["edits"] != "0"
    }
    # The edit of the empty response has no ratio.
    assert found == {
        ("0.5", "0.8"): ("1", "0"),
        ("1.25", "1.5"): ("1", "0"),
        ("2.0", "3.0"): ("1", "1"),
        ("3.0", ""): ("1", "1"),
    }


def test_failures(tables: dict[str, Table]) -> None:
    assert tables["failures"] == [
        {"run": "mine", "stage": "editor", "error": "BadRequestError", "rows": "1"}
    ]


def test_a_judge_that_always_takes_the_first_is_all_position() -> None:
    assert position_bias({("original", "edited"): 10}).share_first == 1
    assert position_bias({("edited", "original"): 10}).share_first == 0
    assert position_bias({("edited", "edited"): 10}).share_first == 0.5
    assert position_bias({("tie", "unparsable"): 10}).share_first is None


def test_wilson_interval() -> None:
    low, high = Share(8, 10).interval or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)  # Wilson's, worked out by hand
    assert (Share(0, 5).interval or (1, 1))[0] == pytest.approx(0)
    assert Share(0, 0).interval is None


@pytest.mark.parametrize(
    ("ratio", "bin"),
    [(1, 0), (1.41, 0), (math.sqrt(2), 1), (0.99, -1), (8, 6), (1e9, 6), (0.125, -6), (0.1, -7)],
)
def test_bins_of_ratios(ratio: float, bin: int) -> None:
    assert bin_of(ratio) == bin
    low, high = edges_of(bin)
    assert low - 1e-6 <= ratio < high


def test_a_response_that_became_empty_is_in_the_lowest_bin() -> None:
    assert edges_of(bin_of(0)) == (0.0, pytest.approx(0.125))


def test_many_rounds_share_the_last_bar() -> None:
    assert shares_of(Counter({0: 1, 10: 1, 25: 2}))[10] == 0.75
    assert shares_of(Counter()) == {}
