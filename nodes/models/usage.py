"""Usage: the tokens that a call took, as LangChain counts them, from each provider's own fields.

The input is all of the prompt, what came from a cache and what was written into one included; the
output is all of the answer with its thinking. Providers of which that is not so are put right.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata

_READ = ("cache_read", "cache_read_tokens")
_CREATED = ("cache_creation", "cache_creation_tokens")
_FOR_MINUTES = ("ephemeral_5m_input", "ephemeral_5m_input_tokens")
_FOR_AN_HOUR = ("ephemeral_1h_input", "ephemeral_1h_input_tokens")
_THINKING = ("reasoning", "reasoning_tokens")
"""How the names end that LangChain's packages have for the parts."""


class Details(NamedTuple):
    """What is known of the parts of a call's tokens; None where it is not told."""

    cached: int | None
    """Those of the input that came from the endpoint's cache."""
    cache_written: int | None
    """Those of the input that were written into it, for however long."""
    cache_written_1h: int | None
    """Those of the written ones that it keeps for an hour, which cost more than the others."""
    reasoning: int | None
    """Those of the output that went into thinking."""


_UNTOLD = Details(None, None, None, None)


def read_usage(completion: Mapping[str, Any]) -> UsageMetadata | None:
    """Read what a chat completion of OpenAI's protocol took; None if it does not tell."""
    usage = _part(completion, "usage")
    given, said = _first(usage.get("prompt_tokens")), _first(usage.get("completion_tokens"))
    if given is None or said is None:
        return None
    prompt, answer = (
        _part(usage, "prompt_tokens_details"),
        _part(usage, "completion_tokens_details"),
    )
    cached = _first(
        prompt.get("cached_tokens"),  # OpenAI's, which most have, vLLM and llama.cpp too
        usage.get("prompt_cache_hit_tokens"),  # DeepSeek's
        usage.get("cached_tokens"),  # Moonshot's
        _part(completion, "timings").get("cache_n"),  # llama.cpp's before it had OpenAI's
    )
    written = _first(
        prompt.get("cache_write_tokens"),  # OpenAI's and OpenRouter's
        prompt.get("cache_creation_tokens"),  # LiteLLM's before it had theirs
    )
    hour = _first(
        _part(prompt, "cache_creation_token_details").get(_FOR_AN_HOUR[-1]),  # LiteLLM's
        _part(usage, "cache_creation").get(_FOR_AN_HOUR[-1]),  # Anthropic's, by some gateways
    )
    if (cached or 0) + (written or 0) > given:  # Anthropic's way, which some gateways pass on
        given += (cached or 0) + (written or 0)
    thought = _first(answer.get("reasoning_tokens"))
    # xAI's endpoint, and Gemini's for OpenAI's protocol, have thinking in the total alone.
    beside = max(0, (_first(usage.get("total_tokens")) or 0) - given - said)
    thought = beside or None if thought is None else thought
    return _metadata(given, said + beside, Details(cached, written, hour, thought))


def details_of(usage: UsageMetadata) -> Details:
    """The parts of what LangChain has counted, whichever of its packages it was.

    Those of a service tier begin with its name there. Anthropic's writes are told by how long they
    last, and beside that as none, or LiteLLM's way all of them once more.
    """
    given, said = usage.get("input_token_details"), usage.get("output_token_details")
    if not given and not said:  # most endpoints tell of no parts
        return _UNTOLD
    hour = _sum(given, _FOR_AN_HOUR)
    by_duration, at_all = _sum(given, (*_FOR_MINUTES, *_FOR_AN_HOUR)), _sum(given, _CREATED)
    written = max((each for each in (by_duration, at_all) if each is not None), default=None)
    return Details(_sum(given, _READ), written, hour, _sum(said, _THINKING))


def _metadata(given: int, said: int, details: Details) -> UsageMetadata:
    usage = UsageMetadata(input_tokens=given, output_tokens=said, total_tokens=given + said)
    kept = InputTokenDetails()
    if details.cached is not None:
        kept["cache_read"] = details.cached
    if details.cache_written is not None:
        kept["cache_creation"] = details.cache_written
    if details.cache_written_1h:  # as LangChain's packages have it, which type no such key
        kept = cast("InputTokenDetails", {**kept, _FOR_AN_HOUR[-1]: details.cache_written_1h})
    if kept:
        usage["input_token_details"] = kept
    if details.reasoning is not None:
        usage["output_token_details"] = OutputTokenDetails(reasoning=details.reasoning)
    return usage


def _part(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What stands under a name, if it has parts; empty if not."""
    part = told.get(name)
    return cast("dict[str, Any]", part) if isinstance(part, dict) else {}


def _first(*told: Any) -> int | None:
    """The first of these that is a count; None if none is."""
    for each in told:
        if type(each) is int and each >= 0:  # a bool is no count
            return each
    return None


def _sum(details: Mapping[str, Any] | None, ends: tuple[str, ...]) -> int | None:
    """The counts under names that end so; None if there are none."""
    told = [_first(count) for name, count in (details or {}).items() if name.endswith(ends)]
    counts = [count for count in told if count is not None]
    return sum(counts) if counts else None
