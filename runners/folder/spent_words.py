"""What calls took, in words: tokens with the parts of them that are known, and money saved."""

from collections.abc import Mapping
from typing import Any


def in_and_out(told: Mapping[str, Any], unit: str = "") -> str | None:
    """Tokens in and out, with what came from caches, and for an hour into them, and thinking.

    `told` has them by the names of `Tokens`. None where they are unknown.
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
    """The money that caches have saved, which may be less than nothing; None if it is unknown.

    What was written into a cache and never read from it may have cost more than it saved.
    """
    if not saved:
        return None
    return f"${saved:.4f} saved by cache" if saved > 0 else f"${-saved:.4f} more for cache"
