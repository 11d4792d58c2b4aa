"""Queue: puts judged rounds into an annotation queue in LangSmith, where people review them, blind.

LangSmith's pairwise queues can only be made by hand, from two experiments; its API makes queues of
single runs. So each round becomes a run whose outputs are both responses, without telling which is
which.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from langsmith import Client
from langsmith.schemas import AnnotationQueue
from langsmith.utils import LangSmithNotFoundError

from runners.folder.opened import open_run
from runners.people.rounds import JudgedRound, RoundName, Seen, choose, find_round
from runners.tracing.client import connected

KEY = "coevol_better"
"""Key of the feedback that says which response is better."""
ANSWERS: dict[Seen, tuple[float, str]] = {
    "left": (1, "the first"),
    "tie": (0, "neither"),
    "right": (-1, "the second"),
}
"""The answers that people can give, as score and words. The left side of `coevol review` is the
first response here."""
_STATES = ("needs_my_review", "needs_others_review", "archived")
_ASKED = (
    "Which response does better what the instruction asks, the first or the second? One of them "
    "is an edit of the other; you are not told which."
)
_BATCH = 100
"""Items in one request."""


class Queued(NamedTuple):
    """Numbers of rounds, by what became of them in the queue."""

    added: int
    there: int
    """Rounds that were in the queue already."""


def queue_rounds(run: Path, name: str, sample: int | None) -> Queued:
    """Put a run's rounds into a queue, made if need be: the close ones, or `sample` of all.

    Raises UsageError if there is no round to review, or LangSmith does not answer or refuses.
    """
    with open_run(run) as opened, connected() as client:
        chosen = choose(opened, sample)
        queue = find_queue(client, name) or _new_queue(client, name)
        project = _project(client, name)
        there = runs_in(client, queue.id)
        new = [each for each in chosen if run_of(queue.id, each) not in there]
        sent, added = datetime.now(UTC), list[UUID]()
        for named in new:
            if (judged := find_round(opened, named)) is not None:
                _send(client, name, run_of(queue.id, named), judged, sent)
                added.append(run_of(queue.id, named))
    with connected() as client:  # the runs have arrived: the first client has been left
        _add(client, queue.id, project, added, sent)
    return Queued(len(added), len(chosen) - len(new))


def find_queue(client: Client, name: str) -> AnnotationQueue | None:
    """The queue with this name; None if there is none."""
    return next((each for each in client.list_annotation_queues(name=name)), None)


def run_of(queue: UUID, named: RoundName) -> UUID:
    """The id of the LangSmith run for a round in a queue; it tells nothing about the round."""
    return uuid5(queue, named.name)


def runs_in(client: Client, queue: UUID) -> set[UUID]:
    """The ids of the LangSmith runs in a queue, reviewed or not."""
    return {UUID(each["run_id"]) for state in _STATES for each in _items(client, queue, state)}


def _items(client: Client, queue: UUID, state: str) -> Iterator[dict[str, Any]]:
    asked: dict[str, Any] = {"status": state, "item_type": "RUN", "page_size": _BATCH}
    while True:
        found = client.request_with_retries("GET", _path(client, queue), params=asked).json()
        yield from found["items"] or ()
        if not found.get("next_cursor"):
            return
        asked["cursor"] = found["next_cursor"]


def _new_queue(client: Client, name: str) -> AnnotationQueue:
    categories: Any = [{"value": value, "label": label} for value, label in ANSWERS.values()]
    client.create_feedback_config(
        KEY, feedback_config={"type": "categorical", "categories": categories}
    )
    return client.create_annotation_queue(
        name=name,
        description="Rounds of coevol that its judge could not tell, or a sample of all.",
        rubric_instructions=_ASKED,
        rubric_items=[{"feedback_key": KEY, "description": _ASKED, "is_required": True}],
    )


def _project(client: Client, name: str) -> UUID:
    """The id of the project for a queue's runs, which has its name; made if need be."""
    try:
        return client.read_project(project_name=name).id
    except LangSmithNotFoundError:
        return client.create_project(name, description="What a queue of coevol shows.").id


def _send(client: Client, project: str, id: UUID, judged: JudgedRound, sent: datetime) -> None:
    sides = judged.sides
    client.create_run(
        "round",
        {"instruction": judged.instruction, "input": judged.input},
        "chain",
        project_name=project,
        id=id,
        trace_id=id,
        dotted_order=f"{sent:%Y%m%dT%H%M%S%fZ}{id}",
        outputs={"first": sides["left"], "second": sides["right"]},
        start_time=sent,
        end_time=sent,
    )


def _add(client: Client, queue: UUID, project: UUID, runs: Sequence[UUID], sent: datetime) -> None:
    for start in range(0, len(runs), _BATCH):
        items = [
            {
                "item_type": "RUN",
                "run_id": str(run),
                "project_id": str(project),
                "start_time": sent.isoformat(),
            }
            for run in runs[start : start + _BATCH]
        ]
        client.request_with_retries("POST", _path(client, queue), json={"items": items})


def _path(client: Client, queue: UUID) -> str:
    """The path of a queue's items. LangSmith's client has it too, but for async callers only."""
    beginning = "" if client.api_url.rstrip("/").endswith("/v1") else "/v1"
    return f"{beginning}/platform/annotation-queues/{queue}/items"
