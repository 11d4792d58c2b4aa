"""Fences: the code blocks of a Markdown text."""

import re
from typing import NamedTuple

_BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})[ \t]*(?P<language>[\w+#.-]*)[^`\n]*\n"
    r"(?P<body>.*?)^[ \t]*(?P=marks)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """A code block between fences."""

    language: str
    """The language that the fence names, in lower case; empty if it names none."""
    body: str


def blocks_of(text: str) -> list[Block]:
    """The closed code blocks of a text, in order."""
    if "```" not in text and "~~~" not in text:
        return []
    return [Block(each["language"].lower(), each["body"]) for each in _BLOCK.finditer(text)]
