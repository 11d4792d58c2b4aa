"""Pairs: two responses to each of the same tasks, out of runs and files."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from prompts.render import has_input
from runners.database import Database
from runners.errors import UsageError
from runners.evolution import Evolution
from runners.files import read_rows
from runners.formats import FieldFormat, Format, find_format, parse_format
from runners.frameworks import roles_of
from runners.ledger import Ledger
from runners.rows import Fields, Row
from runners.run_database import SCHEMA
from runners.run_folder import RunFile, RunFolder
from runners.stores import Location

_CATEGORIES = ("category", "dataset")
"""Fields in which datasets say what kind a row is; AlpacaEval's is `dataset`."""


class Pair(NamedTuple):
    """One task and two responses to it."""

    position: int
    """Place in side A, from 0."""
    instruction: str
    input: str
    a: str
    b: str
    category: str | None


class Side(NamedTuple):
    """One of the two sets of responses."""

    name: str
    rows: list["Response"]
    writers: frozenset[str]
    """The models that wrote them, as far as is known: `openai:NAME`, or NAME alone."""
    judge: str | None = None
    """The model that chose among them in their run."""


class Response(NamedTuple):
    """A response and its task."""

    where: str
    instruction: str
    input: str
    text: str
    fields: Fields

    @property
    def task(self) -> tuple[str, str]:
        """What tells tasks apart: white space around them and words for no input do not."""
        given = self.input.strip() if has_input(self.input) else ""
        return self.instruction.strip(), given


def read_sides(a: Location, b: Location | None, format: Format | None = None) -> tuple[Side, Side]:
    """Read both sides; without B, side A is the originals of a run and side B its responses.

    `format` is that of files. Raises UsageError if a side can't be used.
    """
    if b is not None:
        return _read_side(a, format), _read_side(b, format)
    run = _run_at(a)
    if run is None:
        raise UsageError(f"{a}: no run there; give a run, or two files or runs to compare")
    return _read_run(*run, originals=True), _read_run(*run)


def pair_up(a: Side, b: Side, category: str | None = None, limit: int | None = None) -> list[Pair]:
    """Bring together the responses to the same tasks, in the order of A.

    `category` is the field that says what kind a row is. Raises UsageError if one side has a task
    that the other has not, or no row has the field.
    """
    waiting: defaultdict[tuple[str, str], list[Response]] = defaultdict(list)
    for response in reversed(b.rows):
        waiting[response.task].append(response)
    pairs: list[Pair] = []
    for position, one in enumerate(a.rows):
        if not waiting[one.task]:
            raise _unmatched(one, b)
        other = waiting[one.task].pop()
        kind = _category({**one.fields, **other.fields}, category)
        pairs.append(Pair(position, one.instruction, one.input, one.text, other.text, kind))
    for left in (response for responses in waiting.values() for response in responses):
        raise _unmatched(left, a)
    if category is not None and all(pair.category is None for pair in pairs):
        raise UsageError(f"--category {category}: no row has such a field")
    return pairs[:limit]


def _unmatched(response: Response, other: Side) -> UsageError:
    task = " ".join(response.instruction.split())[:60]
    reason = f"{other.name} has no response to this task ({task!r})"
    return UsageError(f"{response.where}: {reason}; compare takes two sides with the same rows")


def _category(fields: Fields, name: str | None) -> str | None:
    names = _CATEGORIES if name is None else (name,)
    found = next((fields[name] for name in names if fields.get(name) is not None), None)
    # A name for a table: half a surrogate pair, which no file can hold, is marked.
    return None if found is None else str(found).encode("utf-8", "replace").decode()


def _run_at(place: Location) -> tuple[Path, RunFile] | None:
    """The run in a folder; None if it is none, or a file."""
    if not isinstance(place, Path) or not place.is_dir():
        return None
    run_file = RunFolder(place).load()
    return None if run_file is None else (place, run_file)


def _read_side(place: Location, format: Format | None) -> Side:
    run = _run_at(place)
    return _read_file(place, format) if run is None else _read_run(*run)


def _read_file(path: Location, format: Format | None) -> Side:
    rows = list(read_rows(path))
    used = format or find_format(list(islice(rows, 100)))
    responses = list(_responses(rows, used))
    generators = {str(row.fields["generator"]) for row in rows if row.fields.get("generator")}
    return Side(str(path), responses, frozenset(generators))


def _read_run(path: Path, run_file: RunFile, *, originals: bool = False) -> Side:
    """Read a run's responses, or those that it began with."""
    folder = RunFolder(path)
    settings = run_file.settings
    rows_format = parse_format(settings.format)
    records = _finished(path)
    rows = list(read_rows(folder.evolved))
    if len(rows) != len(records):
        raise UsageError(f"{folder.evolved}: not this run's; coevol resume {path} writes it again")
    texts = (each.original_response if originals else each.response for each in records)
    responses = [
        each._replace(text=text)
        for each, text in zip(_responses(rows, rows_format), texts, strict=True)
    ]
    if originals:
        return Side(f"{path} (originals)", responses, frozenset())
    models = {role: settings.context.settings[role].model for role in roles_of(settings.framework)}
    judge = models.pop("judge", None)
    return Side(str(path), responses, frozenset(models.values()), judge)


def _finished(path: Path) -> list[Evolution]:
    """The records of a run that is done. Raises UsageError if it is not."""
    if not RunFolder(path).evolved.exists():
        raise UsageError(f"{path}: not finished yet; coevol resume {path} goes on")
    with closing(Database(RunFolder(path).database, SCHEMA)) as database:
        records = [record for _, _, record in Ledger(database).records()]
    samples = [record for record in records if isinstance(record, Evolution)]
    if None in records:
        left = records.count(None)
        raise UsageError(f"{path}: {left} rows are not done; coevol resume {path} goes on")
    if len(samples) < len(records):
        raise _conversations(str(path))
    return samples


def _responses(rows: Iterable[Row], used: Format) -> Iterator[Response]:
    for row in rows:
        if not isinstance(used, FieldFormat):
            raise _conversations(row.where)
        sample = used.read(row)
        yield Response(row.where, sample.instruction, sample.input, sample.response, row.fields)


def _conversations(where: str) -> UsageError:
    return UsageError(f"{where}: conversations can't be compared, only rows with one response each")
