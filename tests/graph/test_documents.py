"""What documents show of the served graphs is what comes of running it."""

from pathlib import Path

import pytest

from tests.support.documents import printed, run

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["studio.md"])
def test_a_document_prints_what_it_says(url: str, name: str) -> None:
    markdown = (DOCS / name).read_text(encoding="utf-8")
    hint = f"python -m tests.support.documents docs/{name} URL puts it there"
    assert len(printed(markdown)) > 3
    assert run(markdown, url) == printed(markdown), hint
