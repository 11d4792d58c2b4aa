"""Push: makes a dataset in LangSmith of a run's originals and evolved responses."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from langsmith import Client
from langsmith.schemas import Dataset, Example, ExampleCreate, ExampleUpdate
from langsmith.utils import LangSmithNotFoundError

from nodes.content import with_text
from runners.folder.opened import open_run
from runners.folder.records import Evolution, Record
from runners.tracing.client import connected
from runners.tracing.scores import outcome_of

_Row = tuple[int, str, Record | None]
"""Position, id and record, which is None for a row that is not done."""
_BATCH = 50
"""Examples that are sent in one request, and asked for by their ids in one."""


class Pushed(NamedTuple):
    """Numbers of rows, by what became of them in the dataset."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: int = 0
    """Rows that failed or are not done."""

    def plus(self, other: "Pushed") -> "Pushed":
        """Return the sums of both."""
        return Pushed(*(mine + its for mine, its in zip(self, other, strict=True)))


def push(run: Path, dataset_name: str) -> Pushed:
    """Make or update a dataset with an example for each evolved row of a run.

    The id of an example follows from those of the dataset and the row: examples that are there are
    kept, and updated if something has changed. Raises UsageError if there is no such run, or
    LangSmith does not answer or refuses.
    """
    with open_run(run) as opened, connected() as client:
        dataset = _dataset(client, dataset_name)
        pushed = Pushed()
        for piece in _pieces(opened.ledger.records()):
            examples = [
                _example(dataset.id, position, record)
                for position, _, record in piece
                if record is not None and record.failure is None
            ]
            left_out = Pushed(left_out=len(piece) - len(examples))
            pushed = pushed.plus(_send(client, dataset.id, examples)).plus(left_out)
        return pushed


def _pieces(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    rows = iter(rows)
    while piece := list(islice(rows, _BATCH)):
        yield piece


def _dataset(client: Client, name: str) -> Dataset:
    try:
        return client.read_dataset(dataset_name=name)
    except LangSmithNotFoundError:
        words = "Responses evolved by coevol: the original as input, the evolved one as output."
        return client.create_dataset(name, description=words)


def _example(dataset: UUID, position: int, record: Record) -> ExampleUpdate:
    outcome = outcome_of(record)
    told = {name: outcome[name] for name in ("accepted_rounds", "stop_reason") if name in outcome}
    return ExampleUpdate(
        id=uuid5(dataset, record.id),
        inputs=_inputs(record),
        outputs=_outputs(record),
        metadata={"row_id": record.id, "position": position, **told},
    )


def _inputs(record: Record) -> dict[str, Any]:
    """The row as it was, in the form that a graph takes."""
    if isinstance(record, Evolution):
        names = ("instruction", "input")
        sample = {name: getattr(record, name) for name in names}
        return {**sample, "response": record.original_response}
    return {"messages": record.messages}


def _outputs(record: Record) -> dict[str, Any]:
    if isinstance(record, Evolution):
        return {"response": record.response}
    messages = list(record.messages)
    for index, text in record.changes.items():
        messages[index] = with_text(messages[index], text)
    return {"messages": messages}


def _send(client: Client, dataset: UUID, examples: list[ExampleUpdate]) -> Pushed:
    """Create the examples that are missing, and update those that have changed."""
    if not examples:
        return Pushed()
    ids = [example.id for example in examples]
    there = {each.id: each for each in client.list_examples(dataset_id=dataset, example_ids=ids)}
    new = [example for example in examples if example.id not in there]
    known = [example for example in examples if example.id in there]
    changed = [example for example in known if _differs(example, there[example.id])]
    if new:
        client.create_examples(dataset_id=dataset, examples=[_created(each) for each in new])
    if changed:
        client.update_examples(dataset_id=dataset, updates=changed)
    return Pushed(len(new), len(changed), len(known) - len(changed))


def _created(example: ExampleUpdate) -> ExampleCreate:
    return ExampleCreate(
        id=example.id,
        inputs=example.inputs,
        reference_outputs=example.outputs,
        metadata=example.metadata,
    )


def _differs(example: ExampleUpdate, there: Example) -> bool:
    """Whether anything that is pushed differs; metadata that LangSmith has added does not count."""
    metadata = there.metadata or {}
    return (
        example.inputs != there.inputs
        or example.outputs != there.outputs
        or any(metadata.get(name) != value for name, value in (example.metadata or {}).items())
    )
