"""The page as a person uses it: in a real Chromium, from the disk."""

import re
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.runners.commands import coevol
from tests.runners.report.small_run import by_hand
from tests.support.chromium import browser
from tests.support.comparisons import Said, compared
from tests.support.records import round_of, run_of, sample

EVIL = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'></textarea>"
CLOSING = "</script></body></html>"
MANY = 400
SAID: Said = {
    "longer": ("b", "tie"),
    "same": ("tie", "tie"),
    "empty": ("a", "b"),
    "conversation/1": ("a", "a"),
    "conversation/3": ("tie", "tie"),
    "evil": ("b", "b"),
    "plain7": ("tie", "tie"),
}
"""What another judge says: two wins, a loss, a flip, and ties of identical responses."""


class Watched(NamedTuple):
    """A page, and what should not happen on it."""

    page: Page
    trouble: list[str]
    """Errors of the console and of scripts, and requests for anything but the file."""


@pytest.fixture(scope="module")
def chromium(report: Path) -> Generator[Browser]:
    """One browser for all tests here; it keeps an event loop busy, so the report comes first."""
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run with hostile rows and many plain ones."""
    hostile = sample(
        "evil",
        f"before {EVIL} {CLOSING}",
        [
            round_of(
                f"before {EVIL} {CLOSING}",
                f"after {EVIL} {CLOSING}",
                "improved",
                ("edited", "tie"),
                advice=f"Say {EVIL} {CLOSING}",
            )
        ],
        instruction=f"Do {EVIL} {CLOSING}",
        flags=["judge_delimiter"],
    )
    hostile.rounds[0]["edit"]["thinking"] = f"Hm, {EVIL} {CLOSING}"
    plain = [
        sample(
            f"plain{n}",
            f"It is {n}",
            [round_of(f"It is {n}", "no", "not_improved", ("original", "original"))],
            instruction=f"Describe number {n}.",
        )
        for n in range(MANY)
    ]
    run = tmp_path_factory.mktemp("runs") / "<b>run & $x$"
    records = [*by_hand(), hostile, *plain]
    run_of(run, records, unfinished=3)
    compared(
        run,
        records,
        SAID,
        judge=f"openai:{EVIL}",
        categories={"evil": EVIL, "longer": CLOSING},
        votes={"longer": "win", "evil": "tie"},
    )
    assert coevol("report", run).code == 0
    return run / "report.html"


@pytest.fixture
def context(chromium: Browser) -> Generator[BrowserContext]:
    """A context of its own: nothing is remembered from another test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def watched(context: BrowserContext, report: Path) -> Generator[Watched]:
    """The page, opened; in the end nothing may have gone wrong on it."""
    watched = open_page(context, report)
    yield watched
    assert watched.trouble == []
    assert watched.page.evaluate("window.hacked") is None


def open_page(context: BrowserContext, report: Path) -> Watched:
    page, trouble = context.new_page(), list[str]()
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    own = report.as_uri()
    page.on("request", lambda asked: None if asked.url == own else trouble.append(asked.url))
    page.goto(own)
    page.wait_for_selector("html[data-ready]")
    return Watched(page, trouble)


def shown_row(page: Page, words: str) -> Locator:
    """A row of the list, by words of its own."""
    return page.locator("#list .row", has_text=words)


def open_row(page: Page, id: str, words: str) -> Locator:
    """Open a row, and return what is shown of it with its rounds."""
    page.get_by_label("Search").fill(id)
    expect(page.locator("#count")).to_have_text(re.compile("^1 of"))
    shown_row(page, words).click()
    sample = page.locator("#sample")
    expect(sample.locator("summary").first).to_be_visible()
    return sample


def test_figures_are_drawn_and_the_head_tells_what_is_left(watched: Watched) -> None:
    page = watched.page
    assert page.locator("figure svg").count() == 9  # Figure 3 needs a model
    for figure in page.locator("figure svg").all():
        box = figure.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 100
    expect(page.get_by_role("heading", level=1)).to_contain_text("<b>run & $x$")
    expect(page.locator(".state")).to_have_text("unfinished: 3 rows left")
    expect(page.locator("dl", has_text="Cost")).to_contain_text("unknown")
    assert "private" not in page.content()  # where the data was is nobody's business


def test_only_rows_in_sight_exist_and_all_can_be_reached_by_keyboard(watched: Watched) -> None:
    page = watched.page
    expect(page.locator("#count")).to_have_text(f"{MANY + 6} of {MANY + 6} rows")
    assert page.locator("#list .row").count() < 40
    page.locator("#list").focus()
    page.keyboard.press("End")
    expect(page.locator("#sample")).to_contain_text(f"Describe number {MANY - 1}.")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#sample")).to_contain_text(f"Describe number {MANY - 2}.")
    page.keyboard.press("Home")
    expect(page.locator("#sample")).to_contain_text("one two three four")
    assert page.locator("#list .row").count() < 40


def test_search_looks_into_every_text_and_leaves_nothing_else(watched: Watched) -> None:
    page = watched.page
    page.keyboard.press("/")
    page.keyboard.type("IT IS 77")
    expect(page.locator("#count")).to_have_text(f"1 of {MANY + 6} rows")
    expect(shown_row(page, "Describe number 77.")).to_be_visible()
    page.get_by_label("Search").fill("no such words")
    expect(page.locator("#count")).to_have_text("No row is like that.")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#count")).to_have_text(f"{MANY + 6} of {MANY + 6} rows")


@pytest.mark.parametrize(
    ("filter", "choice", "rows"),
    [
        ("Rounds won", "1", 4),
        ("Ended", "failed", 1),
        ("Ended", "skipped: tool call", 1),
        ("Verdicts", "both for the original", MANY),
        ("Verdicts", "first place won twice", 1),
        ("Verdicts", "one unparsable", 1),
        ("Length", "about the same (±5%)", MANY + 2),
        ("Length", "up to twice as long", 2),
        ("Flag", "judge delimiter", 1),
        ("Comparison", "B wins", 2),
        ("Comparison", "tie", 4),
        ("Comparison", "A wins", 1),
        ("Comparison", "flip", 1),
        ("Comparison", "not compared", MANY),
    ],
)
def test_filters(watched: Watched, filter: str, choice: str, rows: int) -> None:
    page = watched.page
    page.locator("#filters").get_by_label(re.compile(f"^{filter}")).select_option(choice)
    expect(page.locator("#count")).to_have_text(f"{rows} of {MANY + 6} rows")


def test_order(watched: Watched) -> None:
    page = watched.page
    order = page.locator("#filters").get_by_label("Order")
    order.select_option("most longer first")
    # 4 words for 2, and 6 for 3 in the turns of the conversation.
    for place in (0, 1):
        expect(page.locator("#list .row").nth(place)).to_contain_text("2.00 length")
    order.select_option("most shorter first")
    expect(page.locator("#list .row").first).to_contain_text("#2")
    for choice, words in (
        ("wins of B first", "B wins"),
        ("wins of A first", "tie, A wins"),
        ("flips first", "tie, flip"),
    ):
        order.select_option(choice)
        expect(page.locator("#list .row").first).to_contain_text(words)


def test_the_comparison_has_its_section(watched: Watched) -> None:
    section = watched.page.locator("#comparison")
    facts = {
        each.locator("dt").inner_text(): each.locator("dd").first.inner_text()
        for each in section.locator("dl.facts > div").all()
    }
    del facts["Length-controlled"]  # there is one, and its tests are elsewhere
    assert facts == {
        "Compared": "7 turns",
        "Win rate of B": "57.1%",  # two wins, four ties
        "Both orders agree": "50.0%",
        "Flips": "25.0%",
        "First place wins": "57.1%",
        "Unparsable": "0.0%",
        "Agrees with people": "50.0%",
    }
    categories = section.locator(".panel", has_text="By category")
    expect(categories.locator("table")).to_contain_text(CLOSING)
    expect(categories.locator("table")).to_contain_text(EVIL)
    expect(section).to_contain_text(f"the judge is openai:{EVIL}")
    assert section.locator("figure svg").count() == 4


def test_a_sample_shows_the_difference_and_every_round(watched: Watched) -> None:
    sample = open_row(watched.page, "longer", "Say something.")
    expect(sample.locator(".turn > .two .new ins")).to_have_text(" three four")
    expect(sample.locator(".turn > .two .old")).to_contain_text("one two")
    assert sample.locator(".round").count() == 2
    expect(sample.locator(".round summary").nth(1)).to_contain_text("edit did not win")
    sample.get_by_role("button", name="Open all").click()
    second = sample.locator(".round").nth(1)
    expect(second).to_contain_text("2. **Explain the steps.**")
    expect(second.locator("del")).to_have_text(" four")
    expect(second).to_contain_text("judge_original_first explains")
    expect(second).to_contain_text("judge_edited_first explains")
    second.locator("details summary").click()
    said = second.locator("details .text").all_inner_texts()
    assert [text.split()[0] for text in said] == [
        "positive_predetermined",
        "critical_predetermined",
        "positive_free",
        "critical_free",
    ]


def test_thinking_is_folded(watched: Watched) -> None:
    sample = open_row(watched.page, "evil", "Do")
    sample.locator(".round > summary").click()
    thinking = sample.locator("details.thinking")
    expect(thinking).to_have_count(1)
    expect(thinking.locator(".text")).not_to_be_visible()
    thinking.locator("summary").click()
    expect(thinking.locator(".text")).to_have_text(f"Hm, {EVIL} {CLOSING}")


def test_a_conversation_shows_its_messages_and_each_turn(watched: Watched) -> None:
    sample = open_row(watched.page, "conversation", "Q")
    titles = sample.locator("h4").all_inner_texts()
    assert titles[:6] == [
        "User",
        "Original answer",
        "Evolved answer",
        "User",
        "The answer, unchanged (empty edit)",
        "User",
    ]
    assert sample.locator(".round").count() == 2


def test_a_failed_row_says_why(watched: Watched) -> None:
    sample = watched.page.locator("#sample")
    watched.page.get_by_label("Ended").select_option("failed")
    shown_row(watched.page, "failed").click()
    expect(sample.locator(".failure")).to_have_text(
        "Failed at editor after 1 attempts: BadRequestError: too <b>long</b>"
    )
    expect(sample).to_contain_text("kept")


@pytest.mark.parametrize(
    ("id", "words", "chips", "told"),
    [
        ("longer", "Say", ["B wins"], "with A first it chose B, with B first neither"),
        ("empty", "Say", ["tie", "flip"], "with A first it chose A, with B first B"),
        ("conversation", "Q", ["A wins", "tie"], "not asked: identical"),
        ("plain88", "Describe number 88.", [], ""),
    ],
)
def test_a_sample_shows_what_came_of_it_in_the_comparison(
    watched: Watched, id: str, words: str, chips: list[str], told: str
) -> None:
    compared = open_row(watched.page, id, words).locator(".compared")
    expect(compared.locator(".chip")).to_have_text(chips)
    assert told in " ".join(compared.all_inner_texts())


def test_hostile_text_is_only_text(watched: Watched) -> None:
    sample = open_row(watched.page, "evil", EVIL[:8])
    sample.get_by_role("button", name="Open all").click()
    sample.get_by_text("Debate: 4 speeches").click()
    for words in (f"Do {EVIL} {CLOSING}", f"Say {EVIL} {CLOSING}"):
        expect(sample.get_by_text(words, exact=True)).to_be_visible()
    assert sample.locator(".new").first.inner_text().endswith(f"after {EVIL} {CLOSING}")
    assert watched.page.locator("img").count() == 0


def test_the_pages_policy_stops_what_is_planted(context: BrowserContext, report: Path) -> None:
    planted = report.with_name("planted.html")
    text = report.read_text("utf-8")
    planted.write_text(text.replace("<main>", f"<main>{EVIL}"), "utf-8")
    watched = open_page(context, planted)
    assert watched.page.evaluate("window.hacked") is None
    stopped = [said for said in watched.trouble if "Content Security Policy" in said]
    assert len(stopped) == 3  # the script, the picture, and what it would do on error


def test_light_and_dark(watched: Watched) -> None:
    page = watched.page

    def paper() -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.emulate_media(color_scheme="dark")
    dark = paper()
    page.emulate_media(color_scheme="light")
    light = paper()
    assert dark != light
    page.locator("#theme").click()
    assert paper() == dark
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert paper() == dark  # it is remembered


def test_on_a_phone_the_sample_takes_the_lists_place(watched: Watched) -> None:
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    open_row(page, "longer", "Say something.")
    expect(page.locator("#list")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="List").click()
    expect(page.locator("#list")).to_be_visible()
