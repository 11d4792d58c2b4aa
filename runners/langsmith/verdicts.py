"""Verdicts: brings what people said in a LangSmith queue into the run's review.jsonl."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from langsmith import Client
from langsmith.schemas import Feedback

from runners.errors import UsageError
from runners.folder.opened import open_run
from runners.langsmith.queue import ANSWERS, KEY, find_queue, run_of, runs_in
from runners.people.rounds import RoundName, Seen, judged_rounds
from runners.people.verdicts import (
    PersonsVerdict,
    Standing,
    open_verdicts,
    read_verdicts,
    standing,
    verdict_on,
)
from runners.tracing.client import connected

_BATCH = 50
"""LangSmith runs whose feedback is asked for in one request."""
_WHO = "langsmith:"
"""Prefix of the names of people who reviewed in LangSmith."""


class Fetched(NamedTuple):
    """Numbers of verdicts in a queue, by what became of them."""

    new: int
    """Verdicts that are new, or have changed."""
    taken_back: int
    known: int
    """Verdicts that the run has already."""
    unread: int
    """Feedback that is none of the offered answers."""
    outdated: int
    """Rounds of the queue that have changed in the run, or are gone."""


def fetch_verdicts(run: Path, name: str) -> Fetched:
    """Add what people said in a queue to the run's verdicts.

    Verdicts taken back in LangSmith are taken back here, too. Raises UsageError if there is no such
    run or queue, somebody is reviewing the run, or LangSmith does not answer or refuses;
    StorageError if the verdicts can't be read or written.
    """
    with connected() as client:
        queue = find_queue(client, name)
        if queue is None:
            hint = f"coevol langsmith queue {run} makes it"
            raise UsageError(f"LangSmith: no annotation queue {name}; {hint}")
        shown = runs_in(client, queue.id)
        with open_run(run) as opened:
            found = ((run_of(queue.id, each.named), each.named) for each in judged_rounds(opened))
            rounds = {id: named for id, named in found if id in shown}
        feedback = list(_feedback(client, list(rounds)))
    read = [_verdict(each, rounds) for each in feedback]
    said = standing([each for each in read if each is not None])
    with open_verdicts(run) as file:
        before = read_verdicts(run)
        new, gone = _new(said, before), _gone(said, before, rounds.values())
        file.add([*new, *gone])
    unread, outdated = read.count(None), len(shown) - len(rounds)
    return Fetched(len(new), len(gone), len(said) - len(new), unread, outdated)


def _feedback(client: Client, runs: Sequence[UUID]) -> Iterator[Feedback]:
    """What people said about these LangSmith runs, the oldest first."""
    found = [
        each
        for start in range(0, len(runs), _BATCH)
        for each in client.list_feedback(run_ids=runs[start : start + _BATCH], feedback_key=[KEY])
    ]
    yield from sorted(found, key=lambda each: each.modified_at)


def _verdict(feedback: Feedback, rounds: Mapping[UUID, RoundName]) -> PersonsVerdict | None:
    """A person's verdict; None for feedback that is no offered answer, or about another run."""
    named = None if feedback.run_id is None else rounds.get(feedback.run_id)
    seen: Seen | None = next(
        (
            side
            for side, (score, words) in ANSWERS.items()
            if feedback.score == score or (feedback.score is None and feedback.value == words)
        ),
        None,
    )
    if named is None or seen is None:
        return None
    source = feedback.feedback_source
    who = (source.user_name or source.user_id or "") if source else ""
    return verdict_on(named, named.choice_of(seen), f"{_WHO}{who}", feedback.modified_at)


def _new(said: Standing, before: Standing) -> list[PersonsVerdict]:
    """The verdicts that differ from those before."""
    return [
        each
        for place, each in said.items()
        if place not in before or before[place].verdict != each.verdict
    ]


def _gone(said: Standing, before: Standing, rounds: Iterable[RoundName]) -> list[PersonsVerdict]:
    """Verdicts that take back those which came from the queue and are no longer in it."""
    names = {each.name for each in rounds}
    return [
        verdict_on(each.named, None, who)
        for (who, name), each in before.items()
        if who.startswith(_WHO) and name in names and (who, name) not in said
    ]
