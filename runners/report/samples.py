"""Samples: what the page's browser shows of a row, and what it is found by."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from nodes.content import shown_text
from nodes.orders import verdicts_of
from nodes.state import Judgement, Repaired, Round
from runners.folder.guarded import guard_marks
from runners.folder.records import (
    ConversationEvolution,
    Evolution,
    Record,
    rounds_of,
    thinking_of,
)
from runners.report.judging import ALL_VERDICTS
from runners.report.responses import Length

_PREVIEW = 140
"""Characters of a row's beginning that the list shows."""


class Entry(NamedTuple):
    """What the list, its filters and its sorting need of a row."""

    position: int
    id: str
    preview: str
    accepted: int
    rounds: int
    before: int
    """Total length of the row's evolved responses before."""
    after: int
    pairs: int
    """A bit for each pair of verdicts that occurs: 5 x the first order's + the second order's."""
    stops: list[str]
    """Why its evolutions ended, or `failed`."""
    flags: list[str]
    guards: list[str]
    """What the guards did, as in `guard_marks`."""


def entry_of(
    position: int, record: Record, lengths: Sequence[Length], flaws: Sequence[str]
) -> Entry:
    """The entry of a row; its flaws are added to the flags."""
    if record.failure is not None:
        stops = ["failed"]
    elif isinstance(record, Evolution):
        stops = [str(record.stop_reason or record.skipped)]
    else:
        stops = [str(turn["stop_reason"] or turn["skipped"]) for turn in record.turns]
    return Entry(
        position=position,
        id=record.id,
        preview=" ".join(_first_words(record)[: 4 * _PREVIEW].split())[:_PREVIEW],
        accepted=record.accepted,
        rounds=len(rounds_of(record)),
        before=sum(length.before for length in lengths),
        after=sum(length.after for length in lengths),
        pairs=_pairs(rounds_of(record)),
        stops=list(dict.fromkeys(stops)),
        flags=[*record.flags, *flaws],
        guards=list(dict.fromkeys(m for each in rounds_of(record) for m in guard_marks(each))),
    )


def _first_words(record: Record) -> str:
    if isinstance(record, Evolution):
        return record.instruction
    asked = (message for message in record.messages if message["role"] == "user")
    return next((shown_text(message) for message in asked), "")


def _pairs(rounds: list[Round]) -> int:
    bits = 0
    for each in rounds:
        if verdicts := verdicts_of(each):
            one, two = map(ALL_VERDICTS.index, verdicts)
            bits |= 1 << (len(ALL_VERDICTS) * one + two)
    return bits


def texts_of(record: Record) -> dict[str, Any]:
    """The searchable texts of a row: its messages, and the evolved ones by position."""
    if isinstance(record, Evolution):
        return _sample_texts(record)
    return _conversation_texts(record)


def _sample_texts(record: Evolution) -> dict[str, Any]:
    messages = [("instruction", record.instruction), ("input", record.input)]
    shown = [{"role": role, "text": text} for role, text in messages if text or role != "input"]
    stop = record.stop_reason or record.skipped or "failed"
    turn = {"at": len(shown), "after": record.response, "stop": stop}
    response = {"role": "response", "text": record.original_response}
    turns = [] if record.failure and not record.rounds else [turn]
    return {"messages": [*shown, response], "turns": turns, **_facts(record)}


def _conversation_texts(record: ConversationEvolution) -> dict[str, Any]:
    messages = [{"role": each["role"], "text": shown_text(each)} for each in record.messages]
    turns = [
        {
            "at": turn["index"],
            "after": turn["response"],
            "stop": turn["stop_reason"],
            "skipped": turn["skipped"],
        }
        for turn in record.turns
    ]
    return {"messages": messages, "turns": turns, **_facts(record)}


def _facts(record: Record) -> dict[str, Any]:
    failure = record.failure.model_dump() if record.failure else None
    return {"usage": record.usage.model_dump(), "failure": failure}


def debates_of(record: Record) -> list[list[dict[str, Any]]]:
    """The rounds of each turn of a row, loaded only when the row is opened."""
    if isinstance(record, Evolution):
        return [[_round(each) for each in record.rounds]]
    return [[_round(each) for each in turn["rounds"]] for turn in record.turns]


def _round(each: Round) -> dict[str, Any]:
    edit, advice = each["edit"], each["suggestions"]
    return {
        "k": each["k"],
        "outcome": each["outcome"],
        "flags": each["flags"],
        "speeches": {name: speech["text"] for name, speech in each["speeches"].items()},
        "thinking": dict(thinking_of(each)),
        "suggestions": advice["text"] if advice else None,
        "edit": edit["response"],
        "answer": edit["text"] if edit["text"] != edit["response"] else None,
        "guarded": each.get("guarded"),
        "repaired": [_former(former) for former in each.get("repaired", [])],
        "judgements": {name: _judgement(said) for name, said in each["judgements"].items()},
    }


def _former(each: Repaired) -> dict[str, Any]:
    """An edit that was refused: the answer as it came, and why."""
    return {"edit": each["edit"]["text"], "guarded": each["guarded"]}


def _judgement(said: Judgement) -> dict[str, Any]:
    return {
        "verdict": said["verdict"],
        "text": said["text"],
        "original_score": said["original_score"],
        "edited_score": said["edited_score"],
        "unparsable": said.get("unparsable"),
    }
