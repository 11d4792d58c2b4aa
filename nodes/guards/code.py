"""Code: fences that are never closed, and code that the edit has dropped."""

import re

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,2}[.)])[ \t]+)?(`{3,}|~{3,})(.*)")
_CODE_LINE = re.compile(
    r"""
    .*\{\s*\Z | .*[=(){}\[\]].*;\s*\Z | \s*[}\])]+[;,)]*\s*\Z   # C and its children
  | \s*(?:def|class|for|while|if|elif|else|with|try|except)\b.*:\s*(?:\#.*)?\Z
  | \s*(?:import\ [\w.]+|from\ [\w.]+\ import\ .+|return\ .+|print\(.*|@\w+.*|\#include.*)\Z
  | \s*(?:const|let|var|int|float|double|char|string|public|private)\ \w.*=.*\Z
  | \s*</?[a-z][\w-]*(?:\s[^<>]*)?>.*\Z                 # HTML
  | \s*(?:SELECT|INSERT\ INTO|UPDATE|DELETE\ FROM|CREATE\ TABLE|FROM|WHERE)\ .*\Z
    """,
    re.VERBOSE,
)
_LONGEST = 500
"""Longest line, in characters, that is tested: longer ones are prose or generated."""


def has_open_fence(text: str) -> bool:
    """Whether a code fence is opened and never closed (CommonMark, section 4.5)."""
    opening = ""
    for line in text.splitlines():
        match = _FENCE.match(line)
        if match is None:
            continue
        marks, info = match.groups()
        if not opening:
            opening = "" if "`" in info else marks
        elif marks.startswith(opening) and not info.strip():
            opening = ""
    return bool(opening)


def has_code(text: str) -> bool:
    """Whether a text has a fence, or at least two lines that look like code."""
    lines = [line for line in text.splitlines() if len(line) <= _LONGEST]
    if any(_FENCE.match(line) for line in lines):
        return True
    return sum(bool(_CODE_LINE.match(line)) for line in lines) >= 2


def is_code_lost(response: str, original: str) -> bool:
    """Whether the original has code and the response has neither code lines nor backticks."""
    return has_code(original) and "`" not in response and not has_code(response)
