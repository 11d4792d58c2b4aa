"""Usage in words: tokens with their known kinds, and money saved."""

from collections.abc import Mapping
from typing import Any


def in_and_out(told: Mapping[str, Any], unit: str = "") -> str | None:
    """Tokens in and out, with those read from caches, written into them for an hour, and thinking.

    `told` has them by the field names of `Tokens`. None if they are unknown.
    """
    given, said = told["input_tokens"], told["output_tokens"]
    if given is None or said is None:
        return None
    cached, thought = told.get("cached_tokens"), told["reasoning_tokens"]
    of_input = [f"{cached / given:.0%} from cache"] if cached else []
    if hour := told.get("cache_written_1h_tokens"):
        of_input.append(f"{hour:,} written into it for an hour")
    parts = f" ({', '.join(of_input)})" if of_input else ""
    thinking = f", {thought:,} of them thinking" if thought else ""
    return f"{given:,} {unit}in{parts}, {said:,} out{thinking}"


def saved_in_words(saved: float | None) -> str | None:
    """The money that caches have saved; None if unknown.

    It may be negative: writing into a cache that is never read costs extra.
    """
    if not saved:
        return None
    return f"${saved:.4f} saved by cache" if saved > 0 else f"${-saved:.4f} more for cache"
