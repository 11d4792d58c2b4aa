"""Endings: text that breaks off."""

import re

from nodes.guards.finish import ending_of

_NEVER_LAST = re.compile(
    r"""
    (?: [,:(\[{\u2013\u2014-]
      | \b(?:a|an|the|and|or|but|of|to|in|on|for|with|from|by|as|at|is|are|was|were|that|which
        |because|if|than|your|their|its|our|my)
    )\Z
    """,
    re.VERBOSE,
)
"""Words and marks that never end a sentence."""
_STOP = re.compile(r"[.!?\u2026\u3002\uff01\uff1f\u0964][\"'\u201d\u2019)\]*_]*(?:\s|\Z)")
"""Where a sentence ends."""
_NOT_PROSE = re.compile(
    r"""
    \s*(?:[-*+\u2022|>\#~`]|\(?\w{1,3}[.)]\s)           # lists, tables, quotes, headings, fences
  | .*[|=<>{}\\/@\#;]                                   # code, addresses, hashtags
  | .*["\u201d]\s*[-\u2013\u2014][^.]*\Z                # who is quoted
    """,
    re.VERBOSE,
)
_SENTENCE = 8
"""Fewest words of a line that counts as prose."""
_SHORTEST = 4
"""Fewest words of a line that can be judged unfinished."""
_END = 2000
"""How many characters at the end of a text are examined."""


def is_broken_off(finish_reason: str | None) -> bool:
    """Whether the endpoint reported that it did not finish the answer."""
    return ending_of(finish_reason) != "finished"


def breaks_off(text: str, finish_reason: str | None = None) -> bool:
    """Whether a text breaks off: the endpoint said so, or it ends in the middle of a sentence."""
    return is_broken_off(finish_reason) or _ends_open(text.rstrip()[-_END:])


def _ends_open(text: str) -> bool:
    """Whether the last line stops mid-sentence; False for lists and code, which can't be told."""
    line = text.rpartition("\n")[2]
    words = len(line.split())
    if words < _SHORTEST or _NOT_PROSE.match(line):
        return False
    if _NEVER_LAST.search(line):
        return True
    return words >= _SENTENCE and line[-1].isalpha() and _STOP.search(text) is not None
