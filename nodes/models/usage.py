"""Usage: the tokens that a call took, as LangChain counts them, from each provider's own fields.

The input is all of the prompt, what came from a cache and what was written into one included; the
output is all of the answer with its thinking. Providers of which that is not so are put right.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard, cast

from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata

_READ, _CREATED = ("cache_read",), ("cache_creation", "ephemeral_5m_input", "ephemeral_1h_input")
_THINKING = ("reasoning",)


class Details(NamedTuple):
    """What is known of the parts of a call's tokens; None where it is not told."""

    cached: int | None
    """Those of the input that came from the endpoint's cache."""
    cache_written: int | None
    """Those of the input that were written into it."""
    reasoning: int | None
    """Those of the output that went into thinking."""


def read_usage(completion: Mapping[str, Any]) -> UsageMetadata | None:
    """Read what a chat completion of OpenAI's protocol took; None if it does not tell."""
    usage = _part(completion, "usage")
    prompt, answer = (_part(usage, f"{each}_tokens_details") for each in ("prompt", "completion"))
    given, said = _first(usage.get("prompt_tokens")), _first(usage.get("completion_tokens"))
    if given is None or said is None:
        return None
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
    if (cached or 0) + (written or 0) > given:  # Anthropic's way, which some gateways pass on
        given += (cached or 0) + (written or 0)
    thought = _first(answer.get("reasoning_tokens"))
    # xAI's endpoint, and Gemini's for OpenAI's protocol, have thinking in the total alone.
    beside = max(0, (_first(usage.get("total_tokens")) or 0) - given - said)
    thought = beside or None if thought is None else thought
    return _metadata(given, said + beside, Details(cached, written, thought))


def details_of(usage: UsageMetadata) -> Details:
    """The parts of what LangChain has counted, whichever of its packages it was.

    Those of a service tier begin with its name there; Anthropic's writes are told by how long they
    last, and beside that as none.
    """
    given = cast("Mapping[str, Any]", usage.get("input_token_details") or {})
    said = cast("Mapping[str, Any]", usage.get("output_token_details") or {})
    return Details(_sum(given, _READ), _sum(given, _CREATED), _sum(said, _THINKING))


def _metadata(given: int, said: int, details: Details) -> UsageMetadata:
    usage = UsageMetadata(input_tokens=given, output_tokens=said, total_tokens=given + said)
    kept = InputTokenDetails()
    if details.cached is not None:
        kept["cache_read"] = details.cached
    if details.cache_written is not None:
        kept["cache_creation"] = details.cache_written
    if kept:
        usage["input_token_details"] = kept
    if details.reasoning is not None:
        usage["output_token_details"] = OutputTokenDetails(reasoning=details.reasoning)
    return usage


def _part(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What stands under a name, if it has parts; empty if not."""
    part = told.get(name)
    return cast("dict[str, Any]", part) if isinstance(part, dict) else {}


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _first(*told: Any) -> int | None:
    """The first of these that is a count; None if none is."""
    for each in told:
        if _is_count(each):
            return each
    return None


def _sum(details: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    """The counts under names that end so; None if there are none."""
    if not details:
        return None
    ends = tuple(f"{name}{end}" for name in names for end in ("", "_tokens"))
    told = [count for name, count in details.items() if name.endswith(ends) and _is_count(count)]
    return sum(told) if told else None
