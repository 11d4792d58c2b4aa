"""The part of a page that a measurement writes; people write what is around it."""

from pathlib import Path

from bench.process import ROOT

PAGE = ROOT / "docs" / "performance.md"
_BEGIN = "<!-- begin: written by `make bench` -->"
_END = "<!-- end: written by `make bench` -->"


def rewrite(page: Path, text: str) -> None:
    """Put a text between the page's marks. Raises ValueError if it has none."""
    before, begin, rest = page.read_text("utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{page}: has no {_BEGIN} and {_END}")
    page.write_text(f"{before}{_BEGIN}\n\n{text.strip()}\n\n{_END}{after}", "utf-8")
