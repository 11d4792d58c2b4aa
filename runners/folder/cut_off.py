"""Cut off: rows with answers that the token limit cut off, and that a higher one may complete.

`coevol resume RUN --max-tokens 4000 --retry-truncated` redoes them.
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
"""Verdicts that a judge stated: whatever was cut off afterwards was not needed."""
_CONTEXT_ENDS = {"model_length", "model_context_window_exceeded"}
"""Finish reasons of Mistral and Anthropic for an answer that filled the model's context."""
_NEARLY = 0.95
"""Share of a limit that counts as all of it: some endpoints count a few tokens differently."""

Limits = Mapping[str, frozenset[int | None]]
"""The token limits of each role's answers, now and before they were raised."""


def is_cut_off(answer: Answer) -> bool:
    """Whether an answer was cut off, in its text or during the thinking."""
    return ending_of(answer["finish_reason"]) == "cut_off"


def has_cut_off(record: Record) -> bool:
    """Whether an answer of a finished row was cut off; a judge's, before its verdict."""
    return record.failure is None and any(True for _ in _cut_off(record))


def limits_of(contexts: Iterable[Context]) -> Limits:
    """The limits that applied to a run's answers, from its settings now and before."""
    found: dict[str, set[int | None]] = {}
    for context in contexts:
        for role, settings in context.settings.items():
            found.setdefault(role, set()).add(limit_of(settings))
    return {role: frozenset(limits) for role, limits in found.items()}


def is_out_of_context(record: Record, limits: Limits) -> bool:
    """Whether a finished row was cut off by the model's context only: a higher limit won't help.

    That is so if each cut-off answer is shorter than all limits that may have applied. It can't be
    known if an answer's length was not reported, or if it ended during the thinking.
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
    """Yield the ids of rows with an answer that was cut off below the present limit.

    If the length of an answer was not reported, it may have been any.
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
