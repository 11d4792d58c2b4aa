"""People's verdicts in the run folder: what a kill leaves, what counts, what is no verdict."""

import json
import os
import sys
from pathlib import Path

import pytest

from runners.people.rounds import RoundName
from runners.people.verdicts import decisions_of, open_verdicts, read_verdicts, verdict_on
from tests.runners.commands import assert_one_line, coevol
from tests.support.reviews import FLIPS, LOST, WON, close_calls, judged, row, run_with

ONE, TWO = RoundName("aa", "row0", None, 1), RoundName("bb", "row1", 3, 2)


def keep(run: Path, *verdicts: tuple[RoundName, str | None, str]) -> None:
    with open_verdicts(run) as file:
        for named, choice, by in verdicts:
            file.add([verdict_on(named, choice, by)])  # pyright: ignore[reportArgumentType]


def test_the_last_word_of_each_person_counts(tmp_path: Path) -> None:
    keep(tmp_path, (ONE, "edited", ""), (TWO, "tie", ""), (ONE, "original", "ada"))
    keep(tmp_path, (ONE, "original", ""), (TWO, None, ""))
    said = read_verdicts(tmp_path)
    assert [(by, name) for by, name in said] == [("ada", "aa"), ("", "aa")]
    assert decisions_of(said) == {"aa": "original"}
    assert len((tmp_path / "review.jsonl").read_bytes().splitlines()) == 5  # nothing is taken out


def test_people_decide_by_majority(tmp_path: Path) -> None:
    keep(tmp_path, (ONE, "edited", "a"), (ONE, "edited", "b"), (ONE, "original", "c"))
    keep(tmp_path, (TWO, "edited", "a"), (TWO, "original", "b"), (TWO, "tie", "c"))
    assert decisions_of(read_verdicts(tmp_path)) == {"aa": "edited", "bb": "tie"}


@pytest.mark.parametrize("left", range(1, 40, 7))
def test_a_torn_last_line_is_survived(tmp_path: Path, left: int) -> None:
    keep(tmp_path, (ONE, "edited", ""), (TWO, "tie", ""))
    path = tmp_path / "review.jsonl"
    first = path.read_bytes().splitlines(keepends=True)[0]
    path.write_bytes(path.read_bytes()[: len(first) + left])
    assert [name for _, name in read_verdicts(tmp_path)] == ["aa"]
    keep(tmp_path, (TWO, "original", ""))
    assert decisions_of(read_verdicts(tmp_path)) == {"aa": "edited", "bb": "original"}


def test_a_last_line_without_its_end_is_whole(tmp_path: Path) -> None:
    keep(tmp_path, (ONE, "edited", ""))
    path = tmp_path / "review.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert [name for _, name in read_verdicts(tmp_path)] == ["aa"]
    keep(tmp_path, (TWO, "tie", ""))
    assert len(read_verdicts(tmp_path)) == 2


def test_a_verdict_is_on_the_disk_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        sizes.append(os.fstat(descriptor).st_size)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    keep(tmp_path, (ONE, "edited", ""))
    assert sizes == [(tmp_path / "review.jsonl").stat().st_size]


def test_any_other_line_that_is_none_is_named(tmp_path: Path) -> None:
    run = run_with(tmp_path, close_calls(1))
    (run / "review.jsonl").write_text('{"mood": 1}\n{"torn', "utf-8")
    result = coevol("review", run, "--results")
    assert result.code == 2
    assert_one_line(result.err, "review.jsonl, line 1: no verdict", "take the line out")


def test_results_before_anybody_reviews(tmp_path: Path) -> None:
    run = run_with(tmp_path, close_calls(1))
    result = coevol("review", run, "--results")
    assert (result.code, result.out) == (0, f"{run}: nobody has reviewed it yet\n")
    assert not (run / "review.jsonl").exists()


def test_nothing_to_review(tmp_path: Path) -> None:
    run = run_with(tmp_path, [row("sure", judged("before", "after", LOST))])
    result = coevol("review", run)
    assert result.code == 2
    assert_one_line(result.err, "no round flipped or was a tie", "--sample N")
    none = coevol("review", tmp_path / "nowhere")
    assert_one_line(none.err, "no run in this folder")


def test_the_page_needs_an_extra_and_results_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_with(tmp_path, close_calls(1))
    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = coevol("review", run)
    assert result.code == 2
    assert_one_line(result.err, "pip install 'coevol[report]'")
    assert coevol("review", run, "--results").code == 0


def test_only_results_are_json(tmp_path: Path) -> None:
    assert_one_line(coevol("review", tmp_path, "--json").err, "--json: only with --results")


def reviewed(run: Path, choice: str, sample: int = 9) -> None:
    """Say the same of each round that a review would show."""
    from runners.folder.opened import open_run
    from runners.people.rounds import choose

    with open_run(run) as opened:
        keep(run, *((named, choice, "") for named in choose(opened, sample)))


def test_results_set_people_beside_the_judge(tmp_path: Path) -> None:
    records = [
        row("flip", judged("a", "b", FLIPS[0])),
        row("tie", judged("a", "b c", ("tie", "unparsable"))),
        row("won", judged("a", "b d", WON), judged("b d", "b e", LOST, k=2)),
        row("same", judged("a", "a ", ("tie", "tie"))),  # nothing to see
    ]
    run = run_with(tmp_path, records)
    reviewed(run, "edited")
    told = json.loads(coevol("review", run, "--results", "--json").out)
    assert told["rounds"] == 4
    assert told["people"]["human"] == {"win": 4, "tie": 0, "loss": 0}
    assert told["people"]["judge"] == {"win": 1, "tie": 2, "loss": 1}
    assert (told["people"]["win_rate"], told["people"]["judge_win_rate"]) == (1.0, 0.5)
    assert told["people"]["agreement"] == 0.25
    assert (told["edits_taken"], told["edits_given_back"]) == (3, 0)
    said = coevol("review", run, "--results").out
    assert "people overrule the judge on 3 responses: 3 edits to be taken, 0 to be" in said
