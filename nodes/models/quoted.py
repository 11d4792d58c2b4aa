"""Quoted text: finds inline code and code fences in Markdown. Pure."""

import re
from bisect import bisect_right

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_INLINE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")


class Quoted:
    """The code in a text, located once."""

    def __init__(self, text: str) -> None:
        has_fences = "```" in text or "~~~" in text
        spans = _INLINE.finditer(text) if "`" in text else ()
        self._inline = [span.span() for span in spans]
        self._starts = [start for start, _ in self._inline]
        self._fences = [each.start() for each in _FENCE.finditer(text)] if has_fences else []

    def is_inline(self, position: int) -> bool:
        """Whether a position is inside inline code."""
        before = bisect_right(self._starts, position) - 1
        return before >= 0 and position < self._inline[before][1]

    def is_fenced(self, position: int) -> bool:
        """Whether a position is inside an open code fence."""
        return bisect_right(self._fences, position) % 2 == 1
