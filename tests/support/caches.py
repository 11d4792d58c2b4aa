"""What the loopback model tells of its cache, in the fields of real endpoints.

It has none: it says that half of each prompt came from there and that a quarter was written into
it, so that what comes of it does not depend on the order of calls.
"""

from typing import Any, Literal

Cache = Literal["openai", "vllm", "deepseek", "llamacpp"]
"""Whose fields: OpenAI's tell what was written, too, vLLM's do not, and an older llama.cpp tells
what it read among its timings."""


def cached_of(words: int) -> int:
    """The words of a prompt that came from the cache."""
    return words // 2


def written_of(words: int) -> int:
    """The words of a prompt that were written into the cache."""
    return words // 4


def told_in_usage(cache: Cache | None, words: int) -> dict[str, Any]:
    """The entries of an answer's usage."""
    cached = cached_of(words)
    match cache:
        case "openai":
            written = {"cache_write_tokens": written_of(words)}
            return {"prompt_tokens_details": {"cached_tokens": cached, **written}}
        case "vllm":
            return {"prompt_tokens_details": {"cached_tokens": cached}}
        case "deepseek":
            return {"prompt_cache_hit_tokens": cached, "prompt_cache_miss_tokens": words - cached}
        case "llamacpp" | None:
            return {}


def told_beside(cache: Cache | None, words: int) -> dict[str, Any]:
    """The entries of an answer beside its usage."""
    return {"timings": {"cache_n": cached_of(words)}} if cache == "llamacpp" else {}
