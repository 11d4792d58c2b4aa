"""Overruling: computes a run's records as if people had judged.

A person's verdict then counts alone, as with `human_verdict`, and is recorded beside the judges'. A
tie overrules nobody.
"""

from collections.abc import Mapping
from typing import NamedTuple

from nodes.conversation import Turn
from nodes.human import PERSON, PersonsChoice, judgement_of_person
from nodes.state import Outcome, Round, StopReason
from runners.folder.records import Evolution, Record
from runners.people.rounds import is_judged, round_name

Decisions = Mapping[str, PersonsChoice]
"""People's decisions, by the names of rounds."""


class _Response(NamedTuple):
    """The state of one response."""

    rounds: list[Round]
    response: str
    stop_reason: StopReason | None


def overruled_outcome(round: Round, choice: PersonsChoice | None) -> Outcome | None:
    """The outcome of a judged round according to people; None if they do not change it."""
    match choice, round["outcome"]:
        case "edited", "not_improved":
            return "improved"
        case "original", "improved":
            return "not_improved"
        case _:
            return None


def overruled(record: Record, decisions: Decisions) -> Record:
    """The record of a row according to people; the same record if they change nothing.

    An edit that they prefer replaces the response. One that they reject is undone, and so are the
    later ones, which were based on it. Decisions about a row apply to its repeats, too.
    """
    if isinstance(record, Evolution):
        now = _Response(record.rounds, record.response, record.stop_reason)
        changed = _overruled(record.evolved_as, None, now, decisions)
        return record if changed is None else record.model_copy(update=changed._asdict())
    turns = [_turn(record.evolved_as, turn, decisions) for turn in record.turns]
    is_same = all(new is old for new, old in zip(turns, record.turns, strict=True))
    return record if is_same else record.model_copy(update={"turns": turns})


def _turn(id: str, turn: Turn, decisions: Decisions) -> Turn:
    now = _Response(turn["rounds"], turn["response"], turn["stop_reason"])
    changed = _overruled(id, turn["index"], now, decisions)
    if changed is None:
        return turn
    rounds, response, stop_reason = changed
    return {**turn, "rounds": rounds, "response": response, "stop_reason": stop_reason}


def _overruled(id: str, turn: int | None, now: _Response, decisions: Decisions) -> _Response | None:
    """The response after the first round that people overrule; None if there is none."""
    for place, each in enumerate(now.rounds):
        if not is_judged(each):
            continue
        choice = decisions.get(round_name(id, turn, each).name)
        outcome = overruled_outcome(each, choice)
        if choice is None or outcome is None:
            continue
        rounds = [*now.rounds[:place], _by_person(each, choice, outcome)]
        if outcome == "improved":
            return _Response(rounds, each["edit"]["response"], now.stop_reason)
        return _Response(rounds, each["response"], "not_improved")
    return None


def _by_person(round: Round, choice: PersonsChoice, outcome: Outcome) -> Round:
    said = judgement_of_person(choice)
    return {
        **round,
        "judgements": {**round["judgements"], PERSON: said},
        "original_score": said["original_score"],
        "edited_score": said["edited_score"],
        "outcome": outcome,
    }
