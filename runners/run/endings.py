"""Endings: closing lines about incomplete answers, and what to do about them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from nodes.counted import counted
from runners.folder.summary import ENDINGS, OUT_OF_TOKENS

_EDITS = {
    "edit_truncated": "cut off",
    "edit_unfinished": "never came after the thinking",
    "edit_filtered": "filtered by the endpoint",
}

_RAISE = "raise it, or --param reasoning_effort=low in another --out"
_TAKE_AGAIN = "--retry-truncated with a higher --max-tokens takes them again"

_LONGER_CONTEXT = (
    "by the end of the model's context, before --max-tokens: serve it with a longer one, then "
    "--retry-truncated with a --max-tokens that is at least one higher takes them again"
)


def ending_lines(summary: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each token limit that thinking used up, and lines about cut-off answers."""
    answers, unfinished = Counter[str](), Counter[str]()
    for each in summary["endings"]:
        given = _limit(each["max_tokens"], each.get("raised_from", []))
        answers[given] += sum(each[name] for name in ENDINGS)
        unfinished[given] += each[OUT_OF_TOKENS]
    for given, count in unfinished.items():
        if count:
            share = f"{count / answers[given]:.0%} of answers ({count:,} of {answers[given]:,})"
            yield f"{given} was spent on thinking in {share}: {_RAISE}"
    reasons: dict[str, int] = summary["stop_reasons"]
    edits = [f"{reasons[name]:,} {words}" for name, words in _EDITS.items() if reasons.get(name)]
    if edits:
        yield f"edits not taken: {', '.join(edits)}"
    by_context: int = summary.get("rows_cut_by_context", 0)
    if rows := summary.get("rows_cut_off", 0) - by_context:
        yield f"{counted(rows, 'row has', 'rows have')} answers that were cut off: {_TAKE_AGAIN}"
    if by_context:
        rows_have = counted(by_context, "row has", "rows have")
        yield f"{rows_have} answers that were cut off {_LONGER_CONTEXT}"


def _limit(limit: int | None, before: list[int | None]) -> str:
    """The token limit of some answers, with the earlier limits of some of them."""
    given = "max_tokens" if limit is None else f"--max-tokens {limit}"
    former = ", ".join("none" if each is None else str(each) for each in before)
    return f"{given} (before: {former})" if former else given
