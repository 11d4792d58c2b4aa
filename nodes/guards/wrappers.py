"""Wrappers: tags, fences, quotes and rules around the whole of an edit."""

import re

from nodes.guards.basis import WHITE, Basis
from nodes.guards.patterns import any_of

_KIND = (
    r"(?:revised|modified|edited|improved|updated|refined|rewritten|enhanced|new|final|previous)"
)
TAG = re.compile(
    rf"<(/?)((?:{_KIND}[ _-]?)*(?:response|answer|output|text|version|result|edit|reply)"
    r"|revision|final|completion|rewrite)>",
    re.IGNORECASE,
)
"""Tags that editors put around their edit and that belong to no markup language."""
_OF_TAGS = any_of(r"<\w", r"\bhtml\b", r"\bxml\b", r"\btags?\b", r"\bmark-?up\b", "标签", "標籤")
_FENCE = re.compile(r"^[ \t]*```(.*)$", re.MULTILINE)
_OF_FENCES = any_of(
    r"\bcode ?blocks?\b", r"\bfence", r"\bmarkdown code", r"\b(?:back)?ticks\b", "代码块"
)
_RULE = re.compile(r"[ \t]*(?:-{3,10}|\*{3,10}|={3,10})[ \t]*\Z")
_OF_RULES = any_of(
    r"\b(?:markdown|yaml|front ?matter|divid|separat|delimit|horizontal)", r"---", r"\*\*\*", "==="
)
_PAIRS = {'"': '"', "\u201c": "\u201d", "\u201e": "\u201c", "\u00ab": "\u00bb", "\u300c": "\u300d"}
_QUOTES = frozenset({*_PAIRS, *_PAIRS.values(), "'", "`"})
_OF_QUOTES = any_of(
    r"\bquot", r"\bjson\b", r"\bstrings?\b", r"\bdialog", r"\bcitations?\b", r"\bcsv\b",
    r"\bcode\b",     r"\bguillemets", "anf\u00fchrungs", r"\bcomillas", "\u5f15\u53f7",
    "\u5f15\u865f", r"\bsay(?:s|ing)?\b",
)  # fmt: skip
_QUOTED_LINE = re.compile(r">[ ]?")
_OF_QUOTED_LINES = any_of(r"\bquot", r"\bmarkdown", r"\be-?mail", r"\bforum", r"^>")


def take_tags(text: str, basis: Basis) -> str:
    """Remove a tag around the whole text, or a lone opening or closing tag at its end."""
    tags = list(TAG.finditer(text)) if "<" in text else []
    if not tags or basis.asks(_OF_TAGS) or TAG.search(basis.previous):
        return text
    if len(tags) > 2 or len({each[2].lower() for each in tags}) > 1:
        return text
    first, last = tags[0], tags[-1]
    if len(tags) == 2 and (first[1] or not last[1]):
        return text
    opens = not first[1] and not text[: first.start()].strip(WHITE)
    closes = bool(last[1]) and not text[last.end() :].strip(WHITE)
    if len(tags) == 2 and not (opens and closes):
        return text
    if not (opens or closes):
        return text
    return text[first.end() if opens else 0 : last.start() if closes else len(text)]


def take_rules(text: str, basis: Basis) -> str:
    """Remove horizontal rules at either end; two at the top are front matter, and stay."""
    lines = text.split("\n")
    if not any(map(_RULE.match, (lines[0], lines[-1]))) or basis.asks(_OF_RULES):
        return text
    before = basis.previous.strip().split("\n")
    if len(lines) > 1 and _RULE.match(lines[-1]) and not _ends_in_rule(before, -1):
        lines.pop()
    inner = any(_RULE.match(line) for line in lines[1:])
    if len(lines) > 1 and _RULE.match(lines[0]) and not inner and not _ends_in_rule(before, 0):
        lines.pop(0)
    return "\n".join(lines)


def _ends_in_rule(lines: list[str], at: int) -> bool:
    return bool(lines and _RULE.match(lines[at]))


def take_fence(text: str, basis: Basis) -> str:
    """Remove a code fence around the whole text."""
    body = text.strip()
    if not body.startswith("```") or "```" in basis.previous or basis.asks(_OF_FENCES):
        return text
    fences = list(_FENCE.finditer(body))
    if len(fences) < 2 or fences[0].start() or fences[-1].end() != len(body) or fences[-1][1]:
        return text
    if not _are_pairs([fence[1].strip() for fence in fences[1:-1]]):
        return text
    return body[fences[0].end() + 1 : fences[-1].start()].removesuffix("\n")


def _are_pairs(marks: list[str]) -> bool:
    """Whether the inner fences pair up as blocks, each opened with a language and then closed.

    One without a language could just as well close the outer fence.
    """
    opened, closed = marks[::2], marks[1::2]
    return len(opened) == len(closed) and all(opened) and not any(closed)


def take_quotes(text: str, basis: Basis) -> str:
    """Remove quotation marks around the whole text, or `>` before each of its lines."""
    if text.startswith(">"):
        return _take_quoted_lines(text, basis)
    closing, inner = _PAIRS.get(text[:1]), text[1:-1]
    if closing is None or len(text) < 3 or text[-1] != closing or {text[0], closing} & set(inner):
        return text
    if basis.previous.strip(WHITE)[:1] in _QUOTES or basis.asks(_OF_QUOTES):
        return text
    return inner


def _take_quoted_lines(text: str, basis: Basis) -> str:
    lines = text.split("\n")
    if not all(line.startswith(">") for line in lines if line.strip(WHITE)):
        return text
    if re.search(r"^[ \t]*>", basis.previous, re.MULTILINE) or basis.asks(_OF_QUOTED_LINES):
        return text
    return "\n".join(_QUOTED_LINE.sub("", line, count=1) for line in lines)
