"""Scaffolding: what editors leak around the response they were asked for."""

import re

_KIND = r"(?:(?:revised|modified|edited|improved|updated|refined|rewritten|enhanced|new|final)\s+)"
_HEADINGS = re.compile(
    rf"\s*(?:\#{{1,6}}[ \t]*\**{_KIND}?response\**:?\**[ \t]*(?:\n|$)"  # ### Response:
    rf"|\#{{1,6}}[ \t]*{_KIND}?response:[ \t]*"  # ### Response: text
    rf"|\*\*{_KIND}?response:?\*\*:?[ \t]*"  # **Revised Response:** text
    rf"|{_KIND}response:[ \t]*)",  # Revised response: text
    re.IGNORECASE,
)
# "Here is the answer:" and "Here is a response you could send:" are a response's own words.
_OF_THE_TASK = (
    r"(?:the|this|your)[ ](?:given[ ]|above[ ])?(?:instruction|request|task|prompt|question)"
)
_LEAD_IN = re.compile(
    r"\s*(?:(?:sure|certainly|of course|absolutely|okay|ok)\b[,.!]*\s*)?"
    r"(?:(?:here(?:'s|\u2019s| is)|below is|the following is|this is)\s+)"
    rf"(?:the |a |an |my |your )?(?:{_KIND}[^\n:]{{0,40}}?(?:response|version|answer|text|rewrite)"
    rf"|response(?! to (?!{_OF_THE_TASK}))(?![^\n:]*\byou (?:can|could|may|might)\b)"
    r"|rewrite|revision)"
    r"[^\n:]{0,80}:[ \t]*(?:\n\s*|$)",
    re.IGNORECASE,
)
# The layout of conversations. Where a user speaks too, it is a dialogue that was asked for.
_SPEAKER = re.compile(r"\s*ASSISTANT:[ \t]*")
_USER = re.compile(r"^[ \t]*USER:", re.MULTILINE)
_END = "</s>"
_FENCE = re.compile(r"^[ \t]*```(.*)$", re.MULTILINE)


def strip_scaffolding(text: str, previous: str) -> str:
    """Return an editor's text without headings, lead-ins, marks and fences around the response.

    What the previous response has itself is part of the response and stays. Everything between
    the scaffolding comes back byte for byte.
    """
    stripped = _strip_marks(text, previous)
    if "```" not in previous:
        stripped = _strip_marks(_strip_fence(stripped), previous)
    return stripped


def _strip_marks(text: str, previous: str) -> str:
    return _strip_opening(_strip_end(text, previous), previous)


def _strip_opening(text: str, previous: str) -> str:
    patterns = [each for each in (_LEAD_IN, _HEADINGS) if not each.match(previous)]
    if not _SPEAKER.match(previous) and not _USER.search(text):
        patterns.append(_SPEAKER)
    while end := max((found.end() for each in patterns if (found := each.match(text))), default=0):
        text = text[end:].lstrip("\r\n")
    return text


def _strip_end(text: str, previous: str) -> str:
    """Take off the marks that end an answer; HTML closes with them what it has opened."""
    if previous.rstrip().endswith(_END):
        return text
    for _ in range(text.count(_END) - text.count("<s>")):
        if not text.rstrip().endswith(_END):
            break
        text = text.rstrip().removesuffix(_END).rstrip()
    return text


def _strip_fence(text: str) -> str:
    """Take off a code fence that holds the whole text."""
    body = text.strip()
    fences = list(_FENCE.finditer(body))
    if len(fences) < 2 or fences[0].start() or fences[-1].end() != len(body) or fences[-1][1]:
        return text
    if not _are_pairs([fence[1].strip() for fence in fences[1:-1]]):
        return text
    return body[fences[0].end() + 1 : fences[-1].start()].removesuffix("\n")


def _are_pairs(marks: list[str]) -> bool:
    """Tell whether fences inside a fence are blocks of their own: opened by name, then closed.

    Without a name the first could as well close the outer one.
    """
    opened, closed = marks[::2], marks[1::2]
    return len(opened) == len(closed) and all(opened) and not any(closed)
