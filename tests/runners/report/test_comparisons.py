"""Comparisons in the report: what stands in the run folder, what is given, what is left out."""

import csv
import json
from html import unescape
from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import Fields, write_json
from tests.runners.report.small_run import by_hand
from tests.support.comparisons import Said, compared
from tests.support.options import ServerOptions
from tests.support.records import run_of
from tests.support.rows import rows as tasks
from tests.support.server import serve

SAID: Said = {
    "longer": ("b", "b"),
    "same": ("tie", "tie"),
    "empty": ("a", "b"),
    "conversation/1": ("a", "unparsable"),
}
"""A win, a tie of identical responses, a flip, and a loss."""


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page_of(run: Path) -> str:
    return unescape((run / "report.html").read_text("utf-8"))


def test_from_the_command_line_to_the_page(tmp_path: Path) -> None:
    data: list[Fields] = [
        {
            "instruction": row["instruction"],
            "input": row["input"],
            "output": row["response"],
            "category": ("<b>bold</b>", "plain")[number % 2],
        }
        for number, row in enumerate(tasks(8))
    ]
    path, run = write_json(tmp_path / "data.json", data), tmp_path / "run"
    votes = tmp_path / "votes.csv"
    votes.write_text("position,vote\n0,win\n1,win\n2,loss\n")
    with serve(ServerOptions(models=("test-model", "other-judge"))) as server:
        assert coevol("evolve", path, "--out", run, *at(server), "--rounds", 1).code == 0
        judge = ("--judge-model", "openai:other-judge", "--base-url", server.base_url)
        assert coevol("compare", run, *judge, "--out", run, "--human", votes).code == 0
    result = coevol("report", run)
    assert (result.code, "left out: " in result.out) == (0, False)
    told = json.loads((run / "compare.json").read_text())
    (outcomes,) = read(run / "tables" / "comparison_outcomes.csv")
    assert outcomes["comparison"] == "run against its originals"
    for name in ("pairs", "wins", "ties", "losses"):
        assert int(outcomes[name]) == told[name]
    (rates,) = read(run / "tables" / "comparison_win_rates.csv")
    assert float(rates["win_rate"]) == told["win_rate"]
    assert [float(rates["win_rate_low"]), float(rates["win_rate_high"])] == told["interval"]
    categories = read(run / "tables" / "comparison_categories.csv")
    assert [row["category"] for row in categories] == ["<b>bold</b>", "plain"]
    assert int(categories[0]["wins"]) == told["categories"]["<b>bold</b>"]["wins"]
    (judged,) = read(run / "tables" / "comparison_judge.csv")
    assert (judged["votes"], float(judged["flip_share"])) == ("3", told["orders"]["flip_share"])
    people = read(run / "tables" / "comparison_votes.csv")
    assert sum(int(row["votes"]) for row in people if row["people_say"] == "win") == 2
    for name in ("outcomes", "win_rates", "verdicts", "votes"):
        for suffix in (".svg", ".png"):
            assert (run / "figures" / f"comparison_{name}{suffix}").exists()
    page = page_of(run)
    assert f"{told['win_rate']:.1%}" in page
    assert "<b>bold</b>" not in (run / "report.html").read_text("utf-8")


def test_comparisons_stand_side_by_side(tmp_path: Path) -> None:
    records = by_hand()
    one, two = (run_of(tmp_path / name / "run", records) for name in "ab")
    compared(one, records, SAID)
    compared(two, records, SAID, out=two / "strict.json", judge="openai:test")
    elsewhere = compared(two, records, {"longer": ("a", "a")}, out=tmp_path / "elsewhere")
    files = compare_two_files(tmp_path)
    out = tmp_path / "out"
    given = ("--comparison", elsewhere.parent, "--comparison", files)
    result = coevol("report", one, two, "--out", out, *given)
    assert (result.code, "left out: " in result.out) == (0, False)
    found = read(out / "tables" / "comparison_outcomes.csv")
    assert [(row["comparison"].split(", by ")[0], row["pairs"]) for row in found] == [
        ("a/run against its originals", "4"),
        ("b/run against its originals", "4"),
        ("a/run against its originals", "1"),  # both runs have these very responses
        ("b.json against a.json", "1"),
    ]
    assert len({row["comparison"] for row in found}) == 4
    assert [found[0][name] for name in ("wins", "ties", "losses")] == ["1", "2", "1"]
    page = page_of(out)
    assert "openai:test judges responses that it has written itself" in page
    assert "1 to the first, 0 to the second" in page
    assert str(tmp_path) not in page
    judged = read(out / "tables" / "comparison_judge.csv")[0]
    assert judged["judged_twice"] == "3"
    assert float(judged["agreement_share"]) == pytest.approx(1 / 3)
    assert float(judged["flip_share"]) == pytest.approx(1 / 3)
    assert float(judged["unparsable_share"]) == pytest.approx(1 / 6)
    # Of the five winners named: the win is one of each place, the flip twice the first one, and the
    # loss the first one again.
    assert float(judged["first_place_share"]) == pytest.approx(4 / 5)


def test_a_comparison_in_earlier_words_is_read(tmp_path: Path) -> None:
    records = by_hand()
    run = run_of(tmp_path / "run", records)
    table = compared(run, records, SAID).with_suffix(".csv")
    assert coevol("report", run).code == 0
    rates = (run / "tables" / "comparison_win_rates.csv").read_bytes()
    for path in (table, table.with_suffix(".json")):
        text = path.read_text("utf-8")
        earlier = text.replace("mean_response_characters", "mean_response_letters").replace(
            "characters_", "letters_"
        )
        assert earlier != text
        path.write_text(earlier, "utf-8")
    result = coevol("report", run)
    assert (result.code, "left out: " in result.out) == (0, False)
    assert (run / "tables" / "comparison_win_rates.csv").read_bytes() == rates


def compare_two_files(folder: Path) -> Path:
    task = {"instruction": "Count.", "output": "1"}
    a = write_json(folder / "a.json", [task])
    b = write_json(folder / "b.json", [{**task, "output": "1 2"}])
    out = folder / "a-b.json"
    assert coevol("compare", a, b, "--judge-model", "rehearsal", "--out", out).code == 0
    return out


def truncate(report: Path, table: Path) -> None:
    report.write_bytes(report.read_bytes()[:-100])


def take_from_an_old_version(report: Path, table: Path) -> None:
    told = json.loads(report.read_text())
    del told["unit"]
    report.write_text(json.dumps(told))


def take_something_else(report: Path, table: Path) -> None:
    report.write_text('[{"instruction": "Go."}]')


def lose_a_line(report: Path, table: Path) -> None:
    table.write_text("\n".join(table.read_text().splitlines()[:-1]))


def change_a_word(report: Path, table: Path) -> None:
    table.write_text(table.read_text().replace(",win,", ",victory,"))


def take_another_runs(report: Path, table: Path) -> None:
    table.write_text(table.read_text().replace(",longer,longer,", ",other,other,"))


def go_on_after_it(report: Path, table: Path) -> None:
    """The evolved response is longer now than when it was compared."""
    assert ",7,18," in table.read_text()
    table.write_text(table.read_text().replace(",7,18,", ",7,14,"))


DAMAGES = {
    truncate: ".json: not JSON",
    take_from_an_old_version: ".json: no comparison of this version of coevol: unit",
    take_something_else: ".json: no comparison of this version of coevol",
    lose_a_line: ".csv: its outcomes are not those of the report beside it",
    change_a_word: ".csv, row 1: no line of a comparison: outcome",
    take_another_runs: "responses are not those of the run here",
    go_on_after_it: "responses are not those of the run here",
}


def test_each_that_can_not_be_used_is_a_line(tmp_path: Path) -> None:
    records, run = by_hand(), tmp_path / "run"
    run_of(run, records)
    compared(run, records, SAID)
    (run / "compare.csv").unlink()
    for damage in DAMAGES:
        report = compared(run, records, SAID, out=run / f"{damage.__name__}.json")
        damage(report, report.with_suffix(".csv"))
    result = coevol("report", run)
    assert result.code == 0
    lines = [line for line in result.out.splitlines() if line.startswith("left out: ")]
    assert len(lines) == len(DAMAGES) + 1
    words = {damage.__name__: said for damage, said in DAMAGES.items()}
    words["compare"] = ".csv: can't be read"
    page = page_of(run)
    assert str(tmp_path) not in page
    for name, said in words.items():
        (line,) = [each for each in lines if f"/{name}." in each]
        assert said in line
        assert line.removeprefix("left out: ").replace(f"{run}/", "Left out: ") in page
        asked_for = coevol("report", run, "--comparison", run / f"{name}.json")
        assert asked_for.code == 2
        assert_one_line(asked_for.err, said)
    assert not (run / "figures" / "comparison_outcomes.svg").exists()
