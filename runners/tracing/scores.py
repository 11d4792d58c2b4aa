"""Scores of a row, by which traces and experiments are sorted and compared."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from nodes.judging.fitness import fitness_in
from nodes.orders import fitness_verdicts_of, verdicts_of
from runners.folder.records import Evolution, Record, rounds_of

_UNREAD = ("unparsable", "unfinished")


class Feedback(NamedTuple):
    """What LangSmith is told of a row as feedback; None where there is nothing to tell."""

    accepted_rounds: int
    """Rounds whose edit won."""
    order_agreement: float | None
    """Share of the rounds judged in both orders in which both came to the same verdict, without
    those whose edit is the response itself."""
    verdicts_read: float | None
    """Share of the judgements that state a verdict."""
    flip_share: float | None
    """Share of those rounds in which original and edited trade places with the order."""
    first_place_share: float | None
    """Share of their named winners that were shown first."""
    tie_share: float | None
    """Share of their judgements that call both equal."""
    length_ratio: float | None
    """Characters of the final response over those of the original, of all turns together."""


def trace_scores(record: Record) -> Feedback:
    """Score a row that went through its graph."""
    before, after = _characters(record)
    rounds = rounds_of(record)
    pairs = [pair for pair in map(verdicts_of, rounds) if pair]
    judge = fitness_in(told for told in map(fitness_verdicts_of, rounds) if told)
    return Feedback(
        record.accepted,
        _order_agreement(pairs),
        _verdicts_read(record),
        judge.flips.value,
        judge.position.share_first,
        judge.ties.value,
        after / before if before else None,
    )


def outcome_of(record: Record) -> dict[str, Any]:
    """Tell how a row ended, with its scores: what a trace's root or an experiment's run gives."""
    scores = trace_scores(record)._asdict()
    if isinstance(record, Evolution):
        return {"response": record.response, "stop_reason": record.stop_reason, **scores}
    told = ("index", "response", "stop_reason", "skipped")
    return {"turns": [{name: turn[name] for name in told} for turn in record.turns], **scores}


def _order_agreement(pairs: Sequence[tuple[str, str]]) -> float | None:
    agreed = sum(one == two and one not in _UNREAD for one, two in pairs)
    return agreed / len(pairs) if pairs else None


def _verdicts_read(record: Record) -> float | None:
    verdicts = [
        judgement["verdict"]
        for each in rounds_of(record)
        for judgement in each["judgements"].values()
    ]
    return sum(each not in _UNREAD for each in verdicts) / len(verdicts) if verdicts else None


def _characters(record: Record) -> tuple[int, int]:
    """Characters before and after."""
    if isinstance(record, Evolution):
        return len(record.original_response), len(record.response)
    turns = [turn for turn in record.turns if turn["skipped"] is None]
    before = sum(len(turn["original_response"]) for turn in turns)
    return before, sum(len(turn["response"]) for turn in turns)
