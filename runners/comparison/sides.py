"""Sides: sets of responses with their tasks, from runs or files."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast, get_args

from pydantic import BaseModel, ConfigDict

from nodes.conversation import ConversationContext
from nodes.state import Sample
from prompts.render import has_input
from runners.data.before import as_asked
from runners.data.choice import Unchosen
from runners.data.formats import Format, find_format, holds_conversations
from runners.data.rows import Fields, Row
from runners.data.sources import read_rows
from runners.data.stores import Location
from runners.data.traced_rows import read_traced_task
from runners.errors import UsageError
from runners.folder.folder import RunFile, RunFolder
from runners.folder.opened import open_run
from runners.folder.records import ConversationEvolution, Evolution, Record
from runners.run.frameworks import roles_of


class LeftOut(BaseModel):
    """Parts of conversations that are in no pair."""

    model_config = ConfigDict(extra="forbid")

    skipped_turns: int = 0
    """Turns that were not evolved."""
    failed_conversations: int = 0
    """Conversations that failed, so that their turns are only partly evolved."""


class Side(NamedTuple):
    """One of the two sets of responses."""

    name: str
    responses: list["Response"]
    writers: frozenset[str]
    """The models that wrote them, if known: `openai:NAME`, or NAME alone."""
    judge: str | None = None
    """The model that judged them in their run."""
    left_out: LeftOut = LeftOut()


class Response(NamedTuple):
    """A response and its task."""

    where: str
    instruction: str
    input: str
    text: str
    fields: Fields
    """The fields of its row."""
    position: int
    """Position of its row, from 0."""
    turn: int | None = None
    """As in `Pair`."""
    id: str | None = None
    """Id of its row in its run."""

    @property
    def task(self) -> tuple[str, str]:
        """What identifies a task, ignoring white space around it and words for no input."""
        given = self.input.strip() if has_input(self.input) else ""
        return self.instruction.strip(), given


def read_sides(a: Location, b: Location | None, format: Format | None = None) -> tuple[Side, Side]:
    """Read both sides; without B, side A has the originals of a run and side B its responses.

    Conversations can be read without B only: each evolved turn is a task of its own, with the
    history that the agents saw. `format` is that of files. Raises UsageError if a side can't be
    used.
    """
    if b is not None:
        return _read_side(a, format), _read_side(b, format)
    run = _run_at(a)
    if run is None:
        raise UsageError(f"{a}: no run; give one, or two files or runs to compare")
    sides = _read_run(*run, originals=True), _read_run(*run)
    if not sides[0].responses:
        raise UsageError(f"{a}: no turn of its conversations was evolved; nothing to compare")
    return sides


def originals_of(run: str) -> str:
    """The name of the side with a run's originals."""
    return f"{run} (originals)"


def _run_at(place: Location) -> tuple[Path, RunFile] | None:
    """The run in a folder; None if there is none, or for a file."""
    if not isinstance(place, Path) or not place.is_dir():
        return None
    run_file = RunFolder(place).load()
    return None if run_file is None else (place, run_file)


def _read_side(place: Location, format: Format | None) -> Side:
    """Read one of two given sides. Raises UsageError if it holds conversations."""
    run = _run_at(place)
    side = _read_file(place, format) if run is None else _read_run(*run)
    if any(response.turn is not None for response in side.responses):
        raise _conversations(place)
    return side


def _read_file(path: Location, format: Format | None) -> Side:
    rows = list(read_rows(path))
    used = format or find_format(list(islice(rows, 100)))
    if holds_conversations(used):
        raise _conversations(path)
    responses: list[Response] = []
    context = ConversationContext()
    for position, row in enumerate(rows):
        sample = as_asked(cast("Sample", read_traced_task(used, row, "keep")), context)
        texts = sample.instruction, sample.input, sample.response
        responses.append(Response(row.where, *texts, row.fields, position))
    generators = {str(row.fields["generator"]) for row in rows if row.fields.get("generator")}
    return Side(str(path), responses, frozenset(generators))


def _read_run(path: Path, run_file: RunFile, *, originals: bool = False) -> Side:
    """Read a run's responses, or its originals."""
    records = _finished(path)
    evolved = RunFolder(path).evolved
    rows = list(read_rows(evolved, bad_rows=True))
    if len(rows) != len(records):
        raise UsageError(f"{evolved}: not this run's; coevol resume {path} writes it again")
    responses = [
        response
        for position, (row, record) in enumerate(zip(rows, records, strict=True))
        for response in _responses_of(record, row, position, originals)
    ]
    left_out = _left_out(records)
    if originals:
        return Side(originals_of(str(path)), responses, frozenset(), left_out=left_out)
    settings = run_file.settings
    models = {role: settings.context.settings[role].model for role in roles_of(settings.framework)}
    judge = models.pop("judge", None)
    return Side(str(path), responses, frozenset(models.values()), judge, left_out)


def _finished(path: Path) -> list[Record]:
    """The records of a finished run. Raises UsageError if it is not finished."""
    if not RunFolder(path).evolved.exists():
        raise UsageError(f"{path}: this run is not finished; coevol resume {path} finishes it")
    with open_run(path) as opened:
        found = [record for _, _, record in opened.ledger.records()]
    records = [record for record in found if record is not None]
    if len(records) < len(found):
        left = len(found) - len(records)
        raise UsageError(f"{path}: {left} rows are not done; coevol resume {path} goes on")
    return records


def _responses_of(record: Record, row: Row, position: int, originals: bool) -> Iterator[Response]:
    """A sample's response, or that of each evolved turn."""
    if record.is_bad or record.skipped in get_args(Unchosen):
        return
    if isinstance(record, Evolution):
        text = record.original_response if originals else record.response
        task = record.instruction, record.input
        yield Response(row.where, *task, text, row.fields, position, None, record.id)
        return
    for turn in record.turns:
        if turn["skipped"] is None:
            text = turn["original_response" if originals else "response"]
            where, task = f"{row.where}, message {turn['index']}", (turn["instruction"], "")
            yield Response(where, *task, text, row.fields, position, turn["index"], record.id)


def _left_out(records: Iterable[Record]) -> LeftOut:
    conversations = [each for each in records if isinstance(each, ConversationEvolution)]
    skipped = (turn["skipped"] is not None for each in conversations for turn in each.turns)
    failed = sum(each.failure is not None for each in conversations)
    return LeftOut(skipped_turns=sum(skipped), failed_conversations=failed)


def _conversations(where: Location) -> UsageError:
    return UsageError(
        f"{where}: conversations can be compared with their own originals only, as in coevol "
        "compare RUN; after the first turn two sides no longer have the same task"
    )
