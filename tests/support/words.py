"""A prompt reduced to its words, and random choices that depend on these words only.

Everything the scripted model says follows from the words: white space, the split into messages and
whether there is a system message make no difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

T = TypeVar("T")


def digest_of(*texts: str) -> bytes:
    """A hash of texts; lone surrogates, which rows can hold, are hashed too."""
    return sha256("\0".join(texts).encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class Prompt:
    """The words of all messages of a call, one after another."""

    words: list[str]
    text: str
    """The words with one space between them."""
    digest: bytes


def text_in(content: Any) -> str:
    """The text of a message: its content, or the blocks that make it up."""
    return content if isinstance(content, str) else "".join(block["text"] for block in content)


def read_prompt(messages: Iterable[Mapping[str, Any]]) -> Prompt:
    """The words of chat messages."""
    words = " ".join([text_in(message["content"]) for message in messages]).split()
    text = " ".join(words)
    return Prompt(words, text, digest_of(text))


class Dice:
    """Deterministic choices drawn from a hash: 256 bits, enough for a few dozen throws."""

    def __init__(self, digest: bytes) -> None:
        self._left = int.from_bytes(digest, "big")

    def below(self, sides: int) -> int:
        """A number from 0 to sides - 1."""
        self._left, rest = divmod(self._left, sides)
        return rest

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def several(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items, in a random order."""
        pool = list(items)
        return [pool.pop(self.below(len(pool))) for _ in range(count)]

    def quote(self, words: Sequence[str], length: int) -> str:
        """A few words in a row."""
        start = self.below(max(1, len(words) - length + 1))
        return " ".join(words[start : start + length])


def between(text: str, start: str, end: str) -> str:
    """The text between the first `start` and the next `end`; empty if there is no `start`."""
    _, found, rest = text.partition(start)
    return rest.partition(end)[0].strip() if found else ""
