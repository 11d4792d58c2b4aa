"""Cut off: rows with answers that a limit has cut off, and that a higher one may let end.

`coevol resume RUN --max-tokens 4000 --retry-truncated` takes them again.
"""

from collections.abc import Iterable, Iterator, Mapping

from nodes.answer import is_unfinished
from nodes.context import Context
from nodes.guards.finish import ending_of
from nodes.models.request import limit_of
from nodes.state import Answer
from runners.folder.ledger import LedgerReader
from runners.folder.records import Record, answers_by_role, rounds_of

_STATED = ("original", "edited", "tie")
"""Verdicts that a judge came to: what it said afterwards was not wanted."""
_CONTEXT_ENDS = {"model_length", "model_context_window_exceeded"}
"""What Mistral and Anthropic say where an answer has come to the end of the model's context."""
_NEARLY = 0.95
"""Of a limit, what counts as all of it: some endpoints count a few tokens otherwise."""

Limits = Mapping[str, frozenset[int | None]]
"""The most tokens that answers of each role could have, now and before limits were raised."""


def is_cut_off(answer: Answer) -> bool:
    """Whether an answer was cut off, in its text or before it came to that."""
    return ending_of(answer["finish_reason"]) == "cut_off"


def has_cut_off(record: Record) -> bool:
    """Whether an agent of a row that is finished was cut off; of a judge's, before its verdict."""
    return record.failure is None and any(True for _ in _cut_off(record))


def limits_of(contexts: Iterable[Context]) -> Limits:
    """The limits under which a run's answers were given, by its settings now and before."""
    found: dict[str, set[int | None]] = {}
    for context in contexts:
        for role, settings in context.settings.items():
            found.setdefault(role, set()).add(limit_of(settings))
    return {role: frozenset(limits) for role, limits in found.items()}


def is_out_of_context(record: Record, limits: Limits) -> bool:
    """Whether a finished row was cut off by the model's context alone: a higher limit is no help.

    So it is where each of the answers was shorter than all limits that it can have had. Where
    nobody told how long one was, and in thinking without an answer, that can't be known.
    """
    if not has_cut_off(record):
        return False
    return all(_is_short(answer, limits.get(role)) for role, answer in _cut_off(record))


def _is_short(answer: Answer, limits: frozenset[int | None] | None) -> bool:
    length = answer["output_tokens"]
    if str(answer["finish_reason"]).lower() in _CONTEXT_ENDS:
        return True
    if length is None or limits is None or None in limits or is_unfinished(answer):
        return False
    return not any(each and _NEARLY * each <= length <= each for each in limits)


def rows_to_retry(ledger: LedgerReader, context: Context) -> Iterator[str]:
    """Yield the ids of rows of which an answer was cut off before it was as long as it may be now.

    Where nobody told how long it was, it may have been any length.
    """
    limits: dict[str, int | None] = {
        str(role): limit_of(settings) for role, settings in context.settings.items()
    }
    for _, id_, record in ledger.records():
        if record is None or record.failure is not None:
            continue
        if any(_has_room(answer, limits.get(role)) for role, answer in _cut_off(record)):
            yield id_


def _cut_off(record: Record) -> Iterator[tuple[str, Answer]]:
    for each in rounds_of(record):
        for role, answer in answers_by_role(each):
            if is_cut_off(answer) and answer.get("verdict") not in _STATED:
                yield role, answer


def _has_room(answer: Answer, limit: int | None) -> bool:
    length = answer["output_tokens"]
    return length is None or limit is None or length < limit
