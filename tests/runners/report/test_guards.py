"""What the guards did, as people see it: in the report, and on the terminal by `coevol show`."""

import csv
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nodes.state import Edit, Guarded, Refusal, Repaired, Round
from tests.runners.commands import coevol
from tests.support.chromium import browser
from tests.support.records import round_of, run_of, said, sample

EVIL = "<img src=x onerror='window.hacked = 1'>"
NAMED: Refusal = {"guard": "role_names", "at": 3, "text": f"Reviewer 1 {EVIL}"}
OWN: Refusal = {"guard": "mine:no_links", "at": 0, "text": "See it", "reason": f"a link {EVIL}"}


def cleaned() -> Round:
    """An edit that won when a lead-in had been taken off."""
    won = round_of("one", "one two", "improved", ("edited", "edited"))
    won["edit"]["text"] = "Here is the revised response:\n\none two"
    return {**won, "guarded": Guarded(cleaned=["lead_in"], refused=[])}


def refused() -> Round:
    """An edit that was asked for again, and refused again by a guard of the user's own."""
    edit = Edit(**said("By Reviewer 1"), response="By Reviewer 1")
    former = Repaired(edit=edit, guarded=Guarded(cleaned=[], refused=[NAMED]))
    last = Guarded(cleaned=[], refused=[OWN], seconds={"mine:no_links": 1.25})
    played = round_of("no", "See it", "edit_refused", None)
    return {**played, "guarded": last, "repaired": [former]}


@pytest.fixture(scope="module", name="run")
def guarded_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A row that was cleaned, one that was refused, one that no guard touched; and its report."""
    records = [
        sample("cleaned", "one", [cleaned()]),
        sample("refused", "no", [refused()], stop="edit_refused"),
        sample("plain", "so", [round_of("so", "s", "not_improved", ("tie", "tie"))]),
    ]
    run = run_of(tmp_path_factory.mktemp("runs") / "run", records)
    assert coevol("report", run).code == 0
    return run


@pytest.fixture(name="page")
def opened(run: Path) -> Generator[Page]:
    """The report in a browser."""
    with browser() as chromium:
        page = chromium.new_page()
        page.goto((run / "report.html").as_uri())
        page.wait_for_selector("html[data-ready]")
        yield page
        assert page.evaluate("window.hacked") is None


def test_the_report_counts_by_guard(run: Path) -> None:
    with (run / "tables" / "guards.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[1:5] for row in rows] == [
        ["cleaned", "lead_in", "1", ""],
        ["refused", "mine:no_links", "1", "1.25"],
        ["asked again", "role_names", "1", ""],
    ]


def test_a_run_without_leaks_has_no_such_section(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", [sample("plain", "so", [])])
    assert coevol("report", run).code == 0
    assert 'id="guards"' not in (run / "report.html").read_text("utf-8")
    assert "guards" not in coevol("show", run).out


def test_a_round_tells_what_guards_did_and_rows_are_found_by_it(page: Page) -> None:
    expect(page.locator("#guards")).to_contain_text("2 judge calls saved")
    found = page.locator("select[name=guard]")
    for choice, rows in (("cleaned lead in", 1), ("refused mine:no links", 1), ("repaired", 1)):
        found.select_option(choice)
        expect(page.locator("#count")).to_have_text(f"{rows} of 3 rows")
    page.locator("#list .row").click()
    shown = page.locator("#sample")
    expect(shown).to_contain_text("unchanged (edit refused by a guard)")
    chips = shown.locator(".round > summary .chip")
    expect(chips).to_have_text(["edit refused", "repaired", "refused: mine:no links"])
    shown.locator(".round > summary").click()
    expect(shown.locator(".round .failure")).to_have_text(
        [
            f"Refused by role_names at letter 3: {NAMED['text']}",
            f"Refused by mine:no_links: a link {EVIL}",
        ]
    )
    expect(shown.locator(".round")).to_contain_text("mine:no_links took 1.250 s")


@pytest.mark.parametrize(
    ("id", "lines"),
    [
        ("cleaned", ["guards: round 1, improved", "cleaned: lead_in"]),
        (
            "refused",
            [
                "guards: round 1, edit_refused",
                "refused by role_names: at 3: ",
                "repair: the editor was asked again",
                "refused by mine:no_links: a link ",
            ],
        ),
        ("plain", []),
    ],
)
def test_show_tells_it_on_the_terminal(run: Path, id: str, lines: list[str]) -> None:
    shown = coevol("show", run, "--id", id).out
    assert all(each in shown for each in lines)
    assert ("guards:" in shown) == bool(lines)
