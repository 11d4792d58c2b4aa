"""Options of data: where rows are, how they are read, which of them are evolved."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypedDict

from annotated_types import Ge

from nodes.option import Option, OptionError
from nodes.trace_choice import Traces
from runners.data.bad_rows import BadRows

_DATA = "Data"


def _read_map(text: str | list[str]) -> dict[str, str]:
    """Read `instruction=FIELD,response=FIELD[,input=FIELD]`."""
    pairs = [pair.partition("=") for pair in str(text).split(",")]
    if not all(name.strip() and field.strip() for name, _, field in pairs):
        raise OptionError("write instruction=FIELD,response=FIELD[,input=FIELD]")
    return {name.strip(): field.strip() for name, _, field in pairs}


def _read_list(text: str | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else text


DataFile = Annotated[
    str | None,
    Option(
        None,
        "Dataset: JSON, JSONL, CSV, Parquet or Arrow, or a folder, on a disk or in a store "
        "(s3://, gs://, hf:// ...); or hf:NAME.",
        _DATA,
        flag="DATA",
    ),
]
RowFormat = Annotated[
    str | None,
    Option(
        None,
        "alpaca, sharegpt, messages, prompt-completion, ultrachat, dolly or lima; if not given, "
        "found by looking at the fields.",
        _DATA,
    ),
]
FieldMap = Annotated[
    Mapping[str, str] | None,
    Option(
        None,
        "Your own fields: instruction=FIELD,response=FIELD[,input=FIELD].",
        _DATA,
        typed=str | None,
        read=_read_map,
        metavar="NAME=FIELD,...",
    ),
]
BadRowsOption = Annotated[
    BadRows,
    Option(
        "stop",
        "A row that can't be read or does not fit: stop, up to 64 MB before anything is sent, or "
        "keep it as it came in, with its reason in failures.jsonl (exit code 3).",
        _DATA,
    ),
]
Encoding = Annotated[
    str | None,
    Option(
        None,
        "Encoding of JSON, JSONL and CSV, such as cp1252; UTF-8 if not given. What comes out is "
        "UTF-8.",
        _DATA,
    ),
]
TracesOption = Annotated[
    Traces,
    Option(
        "keep",
        "Thinking that responses begin with: keep it as it is and evolve the answer alone; rewrite "
        "shows it to the agents, and the editor's own takes its place; drop it.",
        _DATA,
    ),
]
Limit = Annotated[int | None, Ge(1), Option(None, "Most rows to take.", _DATA)]
Offset = Annotated[int, Ge(0), Option(0, "Rows to skip at the start.", _DATA)]
WhereId = Annotated[
    Sequence[str] | None,
    Option(
        None,
        "The row with this id only. May be repeated.",
        _DATA,
        typed=list[str] | None,
        read=_read_list,
        metavar="ID",
    ),
]
WhereOption = Annotated[
    str | None,
    Option(
        None,
        "Evolve the rows for which this holds, an expression over their fields such as 'category "
        '== "qa" and len(output) < 200\'; all others go out untouched.',
        _DATA,
        metavar="EXPRESSION",
    ),
]
SampleOption = Annotated[
    int | None,
    Ge(1),
    Option(
        None,
        "Evolve this many rows, drawn at random, the same ones everywhere; all others go out "
        "untouched.",
        _DATA,
    ),
]
Seed = Annotated[
    int, Ge(0), Option(0, "Which sample; in calibrate, which rows and which twins.", _DATA)
]


class SourceOptions(TypedDict, total=False):
    """Where rows are."""

    data: DataFile


class Layout(TypedDict, total=False):
    """How rows are read."""

    format: RowFormat
    map: FieldMap


class Encoded(TypedDict, total=False):
    """How texts are encoded."""

    encoding: Encoding


class Tolerated(TypedDict, total=False):
    """What is done about bad rows."""

    bad_rows: BadRowsOption


class Thinking(TypedDict, total=False):
    """What is done with the thinking before responses."""

    traces: TracesOption


class Chosen(TypedDict, total=False):
    """Which of the rows are evolved."""

    where: WhereOption
    sample: SampleOption
    seed: Seed


class Selected(TypedDict, total=False):
    """Which rows are in the run."""

    limit: Limit
    offset: Offset
    where_id: WhereId
