"""Files and headings that pages name are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"))
)
_OURS = ("prompts", "nodes", "graph", "runners", "tests", "bench", "docs", "examples", ".ci")
_PATH = re.compile(rf"`((?:{'|'.join(map(re.escape, _OURS))})/[\w./*-]*)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def text_of(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def headings_of(page: Path) -> set[str]:
    """A page's headings, as GitHub names them in links."""
    found = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES)
def test_paths_that_a_page_names_are_there(page: str) -> None:
    named = set(_PATH.findall(text_of(ROOT / page)))
    assert [path for path in sorted(named) if not any(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    for path, heading in _LINK.findall(text_of(ROOT / page)):
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), path
        assert not heading or heading in headings_of(target), f"{path}#{heading}"


def test_paths_and_links_are_found() -> None:
    text = text_of(ROOT / "docs/architecture.md")
    assert "runners/run/ray/" in _PATH.findall(text)
    assert ("runs.md", "what-is-in-the-folder") in _LINK.findall(text)
