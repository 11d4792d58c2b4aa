r"""Cleaning: removes what an editor wraps around its edit; the rest stays byte for byte.

    clean("Here is the revised response:\n\nParis.", "Lyon.").text  # "Paris."

Anything that the previous response already had, or that the request asks for, is kept.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from nodes.guards.basis import WHITE, Basis
from nodes.guards.leadins import take_lead_in
from nodes.guards.remarks import take_remark
from nodes.guards.tokens import take_tokens
from nodes.guards.wrappers import take_fence, take_quotes, take_rules, take_tags

LEAKS: Mapping[str, Callable[[str, Basis], str]] = {
    "tokens": take_tokens,
    "lead_in": take_lead_in,
    "remark": take_remark,
    "rule": take_rules,
    "tags": take_tags,
    "fence": take_fence,
    "quotes": take_quotes,
}
"""Cleaners by name, applied in this order. Each returns its text shortened or unchanged."""
SPACE = "space"
"""The name reported when nothing but surrounding white space was removed."""
TAKEN: Mapping[str, str] = {
    "tokens": "tokens and turns of chat templates, thoughts",
    "lead_in": "words and headings that hand the response over",
    "remark": "what is said of the edit after it",
    "rule": "rules left over at an end",
    "tags": "tags around the whole",
    "fence": "a code fence around the whole",
    "quotes": "quotes around the whole",
    SPACE: "blank lines and blanks around the whole",
}
"""Everything that `Cleaned.taken` can name, and what it means."""
_INDENTED = re.compile(r"\n[ \t]+\S")


class Cleaned(NamedTuple):
    """An edit without its leaks."""

    text: str
    taken: tuple[str, ...] = ()
    """What was removed: names of LEAKS, or SPACE alone. Empty if the text is unchanged."""


@lru_cache(maxsize=32)
def clean(text: str, previous: str, request: str = "") -> Cleaned:
    """Remove leaks from an edit of `previous`, a response to `request`. Pure and idempotent.

    The latest results are cached, because `leaks.find_scaffolding` asks for the same text again.
    """
    if text == previous:
        return Cleaned(text)
    basis, core = Basis(previous, request), _core(text)
    taken: dict[str, None] = {}
    while True:
        before = core
        for name, take in LEAKS.items():
            left = take(core, basis)
            if left != core and (shorter := _core(left)) != core:
                core = shorter
                taken[name] = None
        if core == before:
            break
    cleaned = _framed(core, text, previous)
    if cleaned != text and not taken:
        taken[SPACE] = None
    return Cleaned(cleaned, tuple(taken))


def _core(text: str) -> str:
    """The text stripped; if other lines are indented, the first line keeps its indentation."""
    stripped = text.strip(WHITE)
    if _INDENTED.search(stripped) is None:
        return stripped
    lines = text.rstrip(WHITE)
    indent = lines[: len(lines) - len(stripped)].rpartition("\n")[2]
    return indent + stripped


def _framed(core: str, text: str, previous: str) -> str:
    """Where the edit had white space around it, put the previous response's there instead."""
    inner = previous.strip(WHITE)
    if not core or not inner:
        return core
    before, _, after = previous.partition(inner)
    if _INDENTED.search(core) or _INDENTED.search(inner):
        before = before[: before.rfind("\n") + 1]
    is_spaced = text[0] in WHITE and not text.startswith(core), text[-1] in WHITE
    return (before if is_spaced[0] else "") + core + (after if is_spaced[1] else "")
