"""What the loopback model reports of its cache, in the fields of real endpoints.

It has no cache. It reports that half of each prompt came from one and a quarter was written into
it, so that the figures do not depend on the order of calls.
"""

from typing import Any, Literal

Cache = Literal["openai", "vllm", "deepseek", "llamacpp", "hour"]
"""Whose fields: OpenAI's tell what was written, too, vLLM's do not, and an older llama.cpp tells
what it read among its timings. `hour` are LiteLLM's, where some writes last for an hour."""


def cached_of(words: int) -> int:
    """The words of a prompt that came from the cache."""
    return words // 2


def written_of(words: int) -> int:
    """The words of a prompt that were written into the cache."""
    return words // 4


def written_for_an_hour_of(words: int) -> int:
    """Those of the written ones that are kept for an hour, where that is told."""
    return written_of(words) * 2 // 3


def told_in_usage(cache: Cache | None, words: int) -> dict[str, Any]:
    """The entries of an answer's usage."""
    cached = cached_of(words)
    match cache:
        case "openai":
            written = {"cache_write_tokens": written_of(words)}
            return {"prompt_tokens_details": {"cached_tokens": cached, **written}}
        case "hour":
            written, hour = written_of(words), written_for_an_hour_of(words)
            by_duration = {"5m": written - hour, "1h": hour}
            parts = {f"ephemeral_{each}_input_tokens": n for each, n in by_duration.items()}
            told = {"cache_write_tokens": written, "cache_creation_token_details": parts}
            return {"prompt_tokens_details": {"cached_tokens": cached, **told}}
        case "vllm":
            return {"prompt_tokens_details": {"cached_tokens": cached}}
        case "deepseek":
            return {"prompt_cache_hit_tokens": cached, "prompt_cache_miss_tokens": words - cached}
        case "llamacpp" | None:
            return {}


def told_beside(cache: Cache | None, words: int) -> dict[str, Any]:
    """The entries of an answer beside its usage."""
    return {"timings": {"cache_n": cached_of(words)}} if cache == "llamacpp" else {}
