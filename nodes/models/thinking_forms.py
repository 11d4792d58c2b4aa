"""Thinking in other forms than tags: gpt-oss's channels, and thought-and-solution marks. Pure."""

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
"""As in Sky-T1, Bespoke-Stratos and OpenThoughts."""


class Parts(NamedTuple):
    """A text in three parts: `before + answer + after` is the text."""

    before: str
    """The thinking with its marks; empty if there is none."""
    answer: str
    after: str
    """The mark that ends the answer, if there is one."""
    thinking: str
    """The text between the marks; several blocks are joined by blank lines."""


def take_channels(text: str) -> Parts | None:
    """Channel `final` as the answer, earlier channels as thinking; None without channels."""
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
    """The solution as the answer, the thought before it as thinking; None without a thought.

    A thought that is never closed extends to the end of the text.
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
