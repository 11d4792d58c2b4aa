"""Thinking in forms with marks of their own: gpt-oss's channels, thought and solution. Pure."""

import re
from typing import NamedTuple

_CHANNEL = re.compile(
    r"\s*(?:<\|end\|>\s*)?(?:<\|start\|>assistant\s*)?"
    r"<\|channel\|>\s*(?:analysis|commentary|(?P<final>final))\b(?:(?!<\|channel\|>).)*?"
    r"(?:<\|message\|>|\Z)",
    re.DOTALL,
)
_LAST = re.compile(r"<\|(?:end|return|call)\|>\s*\Z")
_THOUGHT = re.compile(r"\s*<\|begin_of_thought\|>")
_SOLUTION = re.compile(
    r"<\|end_of_thought\|>(?:\s*<\|begin_of_solution\|>)?(?:[ \t]*\r?\n)*"
    r"(?P<answer>.*?)(?P<after>\s*<\|end_of_solution\|>\s*)?\Z",
    re.DOTALL,
)
"""Of Sky-T1, Bespoke-Stratos and OpenThoughts."""


class Parts(NamedTuple):
    """A text taken apart: `before`, `answer` and `after`, one after another, are the text."""

    before: str
    """The thinking with the marks around it; empty if there is none."""
    answer: str
    after: str
    """The mark that ends an answer, where there is one."""
    thinking: str
    """What stands between the marks, blocks with a blank line between."""


def take_channels(text: str) -> Parts | None:
    """The text of the channel `final`, and that of those before it; None without channels."""
    if not _CHANNEL.match(text):
        return None
    thought: list[str] = []
    start = 0
    while channel := _CHANNEL.search(text, start):
        thought.append(text[start : channel.start()].strip())
        start = channel.end()
        if channel["final"]:
            last = _LAST.search(text, start)
            end = last.start() if last else len(text)
            words = "\n\n".join(filter(None, thought))
            return Parts(text[:start], text[start:end], text[end:], words)
    rest = _LAST.sub("", text[start:])
    return Parts(text, "", "", "\n\n".join(filter(None, [*thought, rest.strip()])))


def take_solution(text: str) -> Parts | None:
    """The text of the solution, and the thought before it; None where no thought begins the text.

    A thought that never ends goes to the end.
    """
    opening = _THOUGHT.match(text)
    if opening is None:
        return None
    start = opening.end()
    solution = _SOLUTION.search(text, start)
    if solution is None:
        return Parts(text, "", "", text[start:])
    thought = text[start : solution.start()]
    after = solution["after"] or ""
    return Parts(text[: solution.start("answer")], solution["answer"], after, thought)
