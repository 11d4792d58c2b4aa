"""Spent: what calls have taken, by the kinds of tokens that are billed apart."""

from collections.abc import Iterable
from typing import NamedTuple, TypedDict

from langchain_core.messages.ai import UsageMetadata

from nodes.models.usage import Details, details_of
from nodes.state import Answer


class Tokens(TypedDict):
    """Tokens as people are told them: None, never 0, where no endpoint told any."""

    input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    cached_tokens: int | None
    cache_written_tokens: int | None
    cache_written_1h_tokens: int | None


class Spent(NamedTuple):
    """What calls have taken."""

    calls: int = 0
    untold: int = 0
    """Calls whose usage the endpoint did not tell."""
    input_tokens: int = 0
    """All tokens of their prompts, however they are billed."""
    output_tokens: int = 0
    """All tokens of their answers."""
    reasoning_told: int = 0
    """Calls of which the endpoint told how much they thought."""
    reasoning_tokens: int = 0
    """Tokens of thinking in these, part of the output tokens."""
    cached_told: int = 0
    """Calls of which the endpoint told what its cache had of them."""
    cached_tokens: int = 0
    """Tokens that these took from the cache, part of the input tokens."""
    cache_written_tokens: int = 0
    """Tokens that were written into it, another part of the input tokens."""
    cache_written_1h_tokens: int = 0
    """Those of the written ones that it keeps for an hour, not for minutes."""

    @property
    def tokens(self) -> Tokens:
        """What is known of the tokens; those of calls that told nothing are not in it."""
        is_known = self.untold < self.calls or not self.calls
        return {
            "input_tokens": self.input_tokens if is_known else None,
            "output_tokens": self.output_tokens if is_known else None,
            "reasoning_tokens": self.reasoning_tokens if self.reasoning_told else None,
            "cached_tokens": self.cached_tokens if self.cached_told else None,
            "cache_written_tokens": self.cache_written_tokens if self.cached_told else None,
            "cache_written_1h_tokens": self.cache_written_1h_tokens if self.cached_told else None,
        }

    @property
    def cached_share(self) -> float | None:
        """The share of all prompts' tokens that came from a cache; None if no call told any."""
        if not self.cached_told or not self.input_tokens:
            return None
        return self.cached_tokens / self.input_tokens

    def plus(self, other: "Spent") -> "Spent":
        """Both together."""
        return Spent(*map(int.__add__, self, other))


NOTHING = Spent()


def spent_on(answer: Answer) -> Spent:
    """What one call took."""
    if answer["input_tokens"] is None:
        return Spent(calls=1, untold=1)
    return _spent(
        answer["input_tokens"],
        answer["output_tokens"] or 0,
        Details(
            answer.get("cached_tokens"),
            answer.get("cache_written_tokens"),
            answer.get("cache_written_1h_tokens"),
            answer.get("reasoning_tokens"),
        ),
    )


def spent_of(usage: UsageMetadata) -> Spent:
    """What one call took, by what its message or its body told."""
    return _spent(usage["input_tokens"], usage["output_tokens"], details_of(usage))


def _spent(given: int, said: int, parts: Details) -> Spent:
    return Spent(
        calls=1,
        input_tokens=given,
        output_tokens=said,
        reasoning_told=int(parts.reasoning is not None),
        reasoning_tokens=parts.reasoning or 0,
        cached_told=int(parts.cached is not None or parts.cache_written is not None),
        cached_tokens=parts.cached or 0,
        cache_written_tokens=parts.cache_written or 0,
        cache_written_1h_tokens=parts.cache_written_1h or 0,
    )


def sum_of(parts: Iterable[Spent]) -> Spent:
    """All of them together."""
    total = NOTHING
    for part in parts:
        total = total.plus(part)
    return total
