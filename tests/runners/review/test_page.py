"""A review as a person does it: by keyboard, in a real Chromium."""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from subprocess import Popen
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from runners.review.session import ReviewRequest
from tests.runners.commands import ended, started
from tests.support.chromium import browser
from tests.support.reviews import EVIL, close_calls, judged, row, run_with, said_in, served

ROUNDS = 6
HOSTILE = f"{EVIL} </script></body></html>"


class Opened(NamedTuple):
    """A page, and what went to and fro."""

    page: Page
    answers: list[Response]
    trouble: list[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs that tests take copies of: one of close calls, one with a hostile row."""
    folder, words = tmp_path_factory.mktemp("made"), HOSTILE
    evil = judged(f"before {words}", f"after {words}", ("tie", "tie"))
    run_with(folder / "close", close_calls(ROUNDS))
    run_with(folder / "evil", [row("evil", evil, instruction=words)])
    return folder


@pytest.fixture(scope="module")
def chromium(made: Path) -> Generator[Browser]:
    """One browser for all tests here; it keeps an event loop busy, so the runs come first."""
    with browser() as opened:
        yield opened


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A run of rows whose judge said one thing in one order, and another in the other."""
    return copytree(made / "close" / "run", tmp_path / "run")


@contextmanager
def opened(chromium: Browser, url: str) -> Generator[Opened]:
    """The page of a review; in the end nothing may have gone wrong on it."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    page, answers, trouble = context.new_page(), list[Response](), list[str]()
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("response", lambda answer: answers.append(answer))
    page.goto(url)
    page.wait_for_selector("html[data-shown]")
    try:
        yield Opened(page, answers, trouble)
        assert page.evaluate("window.hacked") is None
    finally:
        context.close()


@contextmanager
def reviewing(chromium: Browser, request: ReviewRequest) -> Generator[Opened]:
    """The page of a review that is served for it alone."""
    with served(request) as url, opened(chromium, url) as page:
        yield page
        assert page.trouble == []


def press(page: Page, key: str) -> tuple[str, str | None]:
    """Press a key on a round and wait for what is next; its row, and what was chosen."""
    number = page.evaluate("document.documentElement.dataset.shown")
    task = page.locator("#instruction").inner_text()
    shown = {"ArrowLeft": "#left", "ArrowRight": "#right"}
    side = page.locator(shown[key]).inner_text() if key in shown else ""
    page.keyboard.press(key)
    page.wait_for_selector(f"html:not([data-shown='{number}'])")
    chosen = "edited" if "after" in side else "original" if "before" in side else "tie"
    return f"row{re.findall(r'[0-9]+', task)[0]}", chosen


def test_every_key_is_kept_as_what_was_on_its_side(chromium: Browser, run: Path) -> None:
    keys = ["ArrowLeft", "ArrowRight", "t", "ArrowLeft", "ArrowRight"]
    expected: list[tuple[str, str | None]] = []
    with reviewing(chromium, ReviewRequest(run)) as (page, _, _):
        for done, key in enumerate(keys, start=1):
            expected.append(press(page, key))
            assert said_in(run) == expected
            expect(page.locator("#count")).to_have_text(f"{done} of {ROUNDS} reviewed")
    assert len({id_ for id_, _ in expected}) == len(keys)


def test_buttons_do_the_same(chromium: Browser, run: Path) -> None:
    with reviewing(chromium, ReviewRequest(run)) as (page, _, _):
        left = page.locator("#left").inner_text()
        page.get_by_role("button", name="Left").click()
        expect(page.locator("#count")).to_have_text(f"1 of {ROUNDS} reviewed")
        page.get_by_role("button", name="Tie").click()
        expect(page.locator("#count")).to_have_text(f"2 of {ROUNDS} reviewed")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#count")).to_have_text(f"1 of {ROUNDS} reviewed")
    verdicts = [verdict for _, verdict in said_in(run)]
    assert verdicts == ["edited" if "after" in left else "original", "tie", None]


def test_a_key_held_down_and_keys_with_others_judge_nothing(chromium: Browser, run: Path) -> None:
    with reviewing(chromium, ReviewRequest(run)) as (page, _, _):
        page.keyboard.press("Control+ArrowLeft")
        page.keyboard.press("x")
        page.keyboard.down("t")
        for _ in range(5):
            page.keyboard.down("t")  # as the system repeats it
        expect(page.locator("#count")).to_have_text(f"1 of {ROUNDS} reviewed")
        page.keyboard.up("t")
    assert len(said_in(run)) == 1


def test_undo_shows_the_round_again_as_it_was(chromium: Browser, run: Path) -> None:
    with reviewing(chromium, ReviewRequest(run)) as (page, _, _):
        first = page.locator("#round").inner_text()
        expect(page.get_by_role("button", name="Undo")).to_be_disabled()
        page.keyboard.press("u")  # there is nothing to undo
        press(page, "ArrowLeft")
        second = page.locator("#round").inner_text()
        press(page, "ArrowRight")
        press(page, "u")
        assert page.locator("#round").inner_text() == second
        press(page, "Backspace")
        assert page.locator("#round").inner_text() == first
        expect(page.locator("#count")).to_have_text(f"0 of {ROUNDS} reviewed")
    assert [verdict is None for _, verdict in said_in(run)] == [False, False, True, True]


def test_a_page_that_was_closed_goes_on_where_it_was(chromium: Browser, run: Path) -> None:
    with served(ReviewRequest(run)) as url:
        with opened(chromium, url) as (page, _, _):
            press(page, "t")
            press(page, "ArrowLeft")
            third = page.locator("#round").inner_text()
        with opened(chromium, url) as (page, _, _):
            assert page.locator("#round").inner_text() == third
    with reviewing(chromium, ReviewRequest(run)) as (page, _, _):  # at another start, too
        assert page.locator("#round").inner_text() == third
        expect(page.locator("#count")).to_have_text(f"2 of {ROUNDS} reviewed")
        press(page, "u")  # what was said at the other start can be taken back
        expect(page.locator("#count")).to_have_text(f"1 of {ROUNDS} reviewed")


def test_the_end_can_be_undone(chromium: Browser, run: Path) -> None:
    with reviewing(chromium, ReviewRequest(run)) as (page, _, _):
        for _ in range(ROUNDS):
            press(page, "t")
        expect(page.get_by_role("heading", name="All rounds are reviewed")).to_be_visible()
        expect(page.locator("#round")).to_be_hidden()
        page.keyboard.press("t")
        page.keyboard.press("u")
        expect(page.locator("#round")).to_be_visible()
        expect(page.locator("#count")).to_have_text(f"{ROUNDS - 1} of {ROUNDS} reviewed")
    assert len(said_in(run)) == ROUNDS + 1


def test_nothing_that_reaches_the_browser_tells_the_edit(chromium: Browser, run: Path) -> None:
    sides: set[str] = set()
    with reviewing(chromium, ReviewRequest(run)) as (page, answers, _):
        for _ in range(ROUNDS):
            sides.add(page.locator("#left").inner_text().split()[0])
            press(page, "ArrowLeft")
        source, *told = [answer.body().decode() for answer in answers]
        headers = " ".join(str(answer.headers) for answer in answers)
    assert sides == {"before", "after"}, "the edit must be seen on either side"
    texts = {"instruction", "input", "left", "right"}
    for state in map(json.loads, told[:-1]):
        assert state.keys() == {"number", "done", "total"} | texts
        assert {state["left"].split()[0], state["right"].split()[0]} == {"before", "after"}
    assert json.loads(told[-1]) == {"number": None, "done": ROUNDS, "total": ROUNDS}
    lines = map(json.loads, (run / "review.jsonl").read_text("utf-8").splitlines())
    names = [line[each] for line in lines for each in ("round", "id")]
    rows = [f"{word} {n}" for word in ("before", "after", "Task") for n in range(ROUNDS)]
    for hint in (*names, *rows):
        assert hint not in source + headers, "the page and what is beside it know no round"
    for hint in (*names, "edit", "original", "improved", "judge"):
        assert hint not in "".join(told)


def test_a_round_is_always_seen_in_the_same_way(
    chromium: Browser, run: Path, made: Path, tmp_path: Path
) -> None:
    def shown(run: Path) -> list[str]:
        with reviewing(chromium, ReviewRequest(run)) as (page, _, _):
            found: list[str] = []
            for _ in range(ROUNDS):
                found.append(page.locator("#round").inner_text())
                press(page, "t")
            return found

    other = copytree(made / "close" / "run", tmp_path / "other")
    assert shown(run) == shown(other)


def test_hostile_text_is_only_text(chromium: Browser, made: Path, tmp_path: Path) -> None:
    words, run = HOSTILE, copytree(made / "evil" / "run", tmp_path / "<b>run & $x$")
    with reviewing(chromium, ReviewRequest(run)) as (page, _, _):
        expect(page.locator("#about")).to_contain_text("<b>run & $x$")
        assert page.locator("#instruction").inner_text() == words
        said = {page.locator(f"#{side}").inner_text() for side in ("left", "right")}
        assert said == {f"before {words}", f"after {words}"}
        assert page.locator("img").count() == 0


def test_a_killed_server_loses_nothing(chromium: Browser, run: Path) -> None:
    with started("review", run) as process:
        url = address_of(process)
        with opened(chromium, url) as (page, _, trouble):
            first, second = press(page, "ArrowLeft"), press(page, "t")
            process.kill()
            process.wait()
            number = page.evaluate("document.documentElement.dataset.shown")
            page.keyboard.press("ArrowRight")
            expect(page.get_by_role("alert")).to_contain_text("Not kept: coevol review is not")
            assert page.evaluate("document.documentElement.dataset.shown") == number
            assert all("ERR_CONNECTION_REFUSED" in each for each in trouble)
    assert said_in(run) == [first, second]
    with reviewing(chromium, ReviewRequest(run)) as (page, _, _):
        expect(page.locator("#count")).to_have_text(f"2 of {ROUNDS} reviewed")


def test_ctrl_c_ends_it_with_what_people_said(run: Path, chromium: Browser) -> None:
    with started("review", run) as process:
        with opened(chromium, address_of(process)) as (page, _, _):
            press(page, "ArrowLeft")
        process.send_signal(2)
        result = ended(process)
    assert (result.code, result.err) == (0, "")
    assert "1 verdict of people on 1 round:" in result.out


def address_of(process: Popen[str]) -> str:
    """Where a review that was started can be opened."""
    assert process.stdout is not None
    return re.findall(r"http://\S+", process.stdout.readline())[0]


def test_light_dark_and_a_phone(chromium: Browser, run: Path) -> None:
    with reviewing(chromium, ReviewRequest(run)) as (page, _, _):
        papers = set[str]()
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            papers.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert len(papers) == 2
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        left, right = (page.locator(f"#{side}").bounding_box() for side in ("left", "right"))
        assert left is not None
        assert right is not None
        assert left["y"] + left["height"] <= right["y"]  # one above the other
        expect(page.get_by_role("button", name="Left")).to_be_in_viewport()
