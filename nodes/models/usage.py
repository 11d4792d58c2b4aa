"""Usage: the tokens of a call, in LangChain's form, from each provider's own fields.

The input counts the whole prompt, including tokens read from and written into a cache; the output
counts the whole answer, including thinking. Providers that count otherwise are corrected.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata

_READ = ("cache_read", "cache_read_tokens")
_CREATED = ("cache_creation", "cache_creation_tokens")
_FOR_MINUTES = ("ephemeral_5m_input", "ephemeral_5m_input_tokens")
_FOR_AN_HOUR = ("ephemeral_1h_input", "ephemeral_1h_input_tokens")
_THINKING = ("reasoning", "reasoning_tokens")
"""The suffixes of LangChain's names for these details."""


class Details(NamedTuple):
    """Details of a call's tokens; None where not reported."""

    cached: int | None
    """Input tokens that were read from the endpoint's cache."""
    cache_written: int | None
    """Input tokens that were written into the cache, for however long."""
    cache_written_1h: int | None
    """Those of the written tokens that are kept for an hour, which cost more."""
    reasoning: int | None
    """Output tokens spent on thinking."""


UNTOLD = Details(None, None, None, None)
"""What most endpoints report: no details."""
_COUNTS = {"prompt_tokens", "completion_tokens", "total_tokens"}
"""What all endpoints report. Most report nothing else, so that there are no details to look for."""


def read_usage(completion: Mapping[str, Any]) -> UsageMetadata | None:
    """The usage of a chat completion of OpenAI's protocol; None if not reported."""
    usage = _part(completion, "usage")
    given, said = _first(usage.get("prompt_tokens")), _first(usage.get("completion_tokens"))
    if given is None or said is None:
        return None
    is_plain = usage.keys() <= _COUNTS and "timings" not in completion
    details = UNTOLD if is_plain else _details(completion, usage)
    if (details.cached or 0) + (details.cache_written or 0) > given:  # as Anthropic counts
        given += (details.cached or 0) + (details.cache_written or 0)
    # xAI's endpoint, and Gemini's for OpenAI's protocol, count thinking in the total only.
    beside = (_first(usage.get("total_tokens")) or 0) - given - said
    if beside > 0:
        said += beside
        if details.reasoning is None:
            details = details._replace(reasoning=beside)
    return _metadata(given, said, details)


def _details(completion: Mapping[str, Any], usage: Mapping[str, Any]) -> Details:
    """The details of a completion's usage, by whatever names."""
    prompt, answer = (
        _part(usage, "prompt_tokens_details"),
        _part(usage, "completion_tokens_details"),
    )
    cached = _first(
        prompt.get("cached_tokens"),  # OpenAI's, which most have; vLLM and llama.cpp, too
        usage.get("prompt_cache_hit_tokens"),  # DeepSeek's
        usage.get("cached_tokens"),  # Moonshot's
        _part(completion, "timings").get("cache_n"),  # llama.cpp's before it had OpenAI's
    )
    written = _first(
        prompt.get("cache_write_tokens"),  # OpenAI's and OpenRouter's
        prompt.get("cache_creation_tokens"),  # LiteLLM's older name
    )
    hour = _first(
        _part(prompt, "cache_creation_token_details").get(_FOR_AN_HOUR[-1]),  # LiteLLM's
        _part(usage, "cache_creation").get(_FOR_AN_HOUR[-1]),  # Anthropic's, by some gateways
    )
    return Details(cached, written, hour, _first(answer.get("reasoning_tokens")))


def details_of(usage: UsageMetadata) -> Details:
    """The details in usage counted by any of LangChain's packages.

    Under a service tier, the names of details begin with the tier's. Anthropic's cache writes are
    reported by how long they are kept, with a total that is zero or, through LiteLLM, the whole
    sum.
    """
    given, said = usage.get("input_token_details"), usage.get("output_token_details")
    if not given and not said:  # most endpoints report no details
        return UNTOLD
    hour = _sum(given, _FOR_AN_HOUR)
    by_duration, at_all = _sum(given, (*_FOR_MINUTES, *_FOR_AN_HOUR)), _sum(given, _CREATED)
    written = max((each for each in (by_duration, at_all) if each is not None), default=None)
    return Details(_sum(given, _READ), written, hour, _sum(said, _THINKING))


def _metadata(given: int, said: int, details: Details) -> UsageMetadata:
    usage = UsageMetadata(input_tokens=given, output_tokens=said, total_tokens=given + said)
    if details is UNTOLD:
        return usage
    kept = InputTokenDetails()
    if details.cached is not None:
        kept["cache_read"] = details.cached
    if details.cache_written is not None:
        kept["cache_creation"] = details.cache_written
    if details.cache_written_1h:  # LangChain's packages add this key, too
        kept = cast("InputTokenDetails", {**kept, _FOR_AN_HOUR[-1]: details.cache_written_1h})
    if kept:
        usage["input_token_details"] = kept
    if details.reasoning is not None:
        usage["output_token_details"] = OutputTokenDetails(reasoning=details.reasoning)
    return usage


def _part(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A nested mapping of counts; empty if there is none."""
    part = told.get(name)
    return cast("dict[str, Any]", part) if isinstance(part, dict) else {}


def _first(*told: Any) -> int | None:
    """The first of these that is a count; None if none is."""
    for each in told:
        if type(each) is int and each >= 0:  # a bool is no count
            return each
    return None


def _sum(details: Mapping[str, Any] | None, ends: tuple[str, ...]) -> int | None:
    """The sum of the counts whose names end so; None if there are none."""
    told = [_first(count) for name, count in (details or {}).items() if name.endswith(ends)]
    counts = [count for count in told if count is not None]
    return sum(counts) if counts else None
