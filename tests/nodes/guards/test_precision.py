"""The guards on the labelled set: precise, and the page tells it."""

from pathlib import Path

import pytest

from nodes.guards.flaws import DEFAULT
from tests.support import held_out
from tests.support.precision import ON_REQUEST, good, leaks, measure, rewritten

PAGE = Path(__file__).parents[3] / "docs" / "guards.md"


def test_the_set_is_large_enough() -> None:
    assert len(good()) >= 3000
    assert len({one.source for one in good()}) >= 3
    assert len({leak.template for leak in leaks()}) >= 200


@pytest.mark.parametrize("name", DEFAULT)
def test_less_than_one_good_edit_in_a_thousand_is_refused(name: str) -> None:
    found = measure()
    assert found.refused[name] < found.edits / 1000, found.false


def test_what_is_taken_off_good_edits_is_rare() -> None:
    found = measure()
    assert found.taken.total() < found.edits / 200, found.taken


@pytest.mark.parametrize("kind", sorted({leak.kind for leak in leaks()}))
def test_more_than_95_in_100_leaks_are_kept_out(kind: str) -> None:
    found = measure()
    assert found.caught[kind] > 0.95 * found.leaks[kind], found.missed


@pytest.mark.parametrize("name", [name for name in ON_REQUEST if name != "identical"])
def test_no_response_has_a_flaw_beside_itself(name: str) -> None:
    assert measure().against_itself[name] == 0


@pytest.mark.parametrize("name", ["json", "python", "answer", "format"])
def test_few_first_drafts_look_flawed(name: str) -> None:
    assert measure().against_nothing[name] < len(good()) / 100


def test_leaks_are_held_out_as_models_wrote_them() -> None:
    assert len(held_out.ways()) + len(held_out.real_edits()) >= 100
    assert len({each.model for each in held_out.real_edits()}) >= 3
    assert all(leak in each.edit for each in held_out.real_edits() for leak in each.leaks)


def test_edits_that_were_read_are_kept_out_or_spared_as_the_page_tells() -> None:
    read = held_out.real_edits("read_edits.jsonl")
    leaking = [each for each in read if each.leaks]
    assert all(leak in each.edit for each in leaking for leak in each.leaks)
    assert (len(leaking), len(read)) == (63, 117)
    assert sum(each.is_caught() for each in leaking) == 46
    assert not any(each.seen.flaws for each in read if not each.leaks)


def test_the_page_is_current() -> None:
    text = PAGE.read_text("utf-8")
    assert text == held_out.rewritten(rewritten(text)), "make guards-table writes it anew"
