"""Endings: what the closing words say of answers that are not whole, and what to do about them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from runners.folder.summary import ENDINGS, OUT_OF_TOKENS

_EDITS = {
    "edit_truncated": "cut off",
    "edit_unfinished": "never came after the thinking",
    "edit_filtered": "filtered by the endpoint",
}


def ending_lines(summary: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each limit that thinking used up, and one for edits that are not whole."""
    answers, unfinished = Counter[int | None](), Counter[int | None]()
    for each in summary["endings"]:
        answers[each["max_tokens"]] += sum(each[name] for name in ENDINGS)
        unfinished[each["max_tokens"]] += each[OUT_OF_TOKENS]
    for limit, count in unfinished.items():
        if count:
            share = f"{count / answers[limit]:.0%} of answers ({count:,} of {answers[limit]:,})"
            given = "max_tokens" if limit is None else f"--max-tokens {limit}"
            yield f"{given} was spent on thinking in {share}: raise it"
    reasons: dict[str, int] = summary["stop_reasons"]
    edits = [f"{reasons[name]:,} {words}" for name, words in _EDITS.items() if reasons.get(name)]
    if edits:
        yield f"edits not taken: {', '.join(edits)}"
