"""The files of a comparison: STEM.json with its report, STEM.csv with one line per pair."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, Literal, TypeVar

import orjson
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from runners.comparison.judged import Judged, JudgesChoice, Unasked
from runners.comparison.panel_columns import PanelColumns
from runners.comparison.report import ComparisonReport
from runners.data.sources import read_rows
from runners.errors import UsageError
from runners.people.agreement import OUTCOMES, PairOutcome
from runners.storage.atomic import write_atomically

_AGAIN = "coevol compare makes it again"

Model = TypeVar("Model", bound=BaseModel)


class PairLine(BaseModel):
    """A line of compare.csv: a pair and its outcome."""

    model_config = ConfigDict(extra="forbid")

    position: int
    """Position of its row in side A, from 0."""
    turn: int | None
    """In a conversation, the position of the answer among its messages, from 0."""
    category: str | None
    outcome: PairOutcome | Literal["failed"]
    a_first: JudgesChoice | None
    b_first: JudgesChoice | None
    flip: int
    """1 if the winner changes with the order, else 0."""
    unasked: Unasked | None
    flags: str | None
    failure: str | None
    characters_a: int = Field(validation_alias=AliasChoices("characters_a", "letters_a"))
    """Length of side A's response; older files use the second name."""
    characters_b: int = Field(validation_alias=AliasChoices("characters_b", "letters_b"))
    id_a: str | None
    """Id of the row in the run that is side A; None for a file."""
    id_b: str | None
    instruction: str | None


def stem_of(out: Path, name: str = "compare") -> Path:
    """The stem of a report: `out` is STEM.json, or a folder that holds it as `name`."""
    return out.with_suffix("") if out.suffix == ".json" else out / name


def beside_stem(stem: Path, suffix: str) -> Path:
    """A file of a comparison: STEM with a suffix, even if the stem contains dots."""
    return stem.with_name(stem.name + suffix)


def write_comparison(report: ComparisonReport, judged: Sequence[Judged], stem: Path) -> None:
    """Write STEM.json and STEM.csv. Raises StorageError."""
    panel = _columns_of(report)
    lines = ({**_line(each).model_dump(), **panel.cells(each)} for each in judged)
    write_report(report, [*PairLine.model_fields, *panel.names], lines, stem)


def _columns_of(report: ComparisonReport) -> PanelColumns:
    return PanelColumns([each.judge for each in report.panel.judges] if report.panel else [])


def write_report(
    report: BaseModel, columns: Sequence[str], lines: Iterable[Mapping[str, Any]], stem: Path
) -> None:
    """Write STEM.json with a report and STEM.csv with its lines. Raises StorageError."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    write_atomically(beside_stem(stem, ".json"), orjson.dumps(report.model_dump(), option=option))
    text = StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    write_atomically(beside_stem(stem, ".csv"), text.getvalue().encode())


def _line(judged: Judged) -> PairLine:
    pair = judged.pair
    return PairLine(
        position=pair.position,
        turn=pair.turn,
        category=pair.category,
        outcome=judged.outcome or "failed",
        a_first=judged.a_first,
        b_first=judged.b_first,
        flip=int(judged.is_flip),
        unasked=judged.unasked,
        flags=" ".join(judged.flags),
        failure=judged.failure and judged.failure.message,
        characters_a=len(pair.a),
        characters_b=len(pair.b),
        id_a=pair.id_a,
        id_b=pair.id_b,
        instruction=pair.instruction,
    )


def read_report(path: Path) -> ComparisonReport:
    """Read a compare.json. Raises UsageError if it is not one of this version of coevol."""
    return read_model(path, ComparisonReport, "comparison", _AGAIN)


def read_model(path: Path, model: type[Model], called: str, again: str) -> Model:
    """Read a report of this version of coevol; `again` is the command that creates it.

    Raises UsageError if there is none.
    """
    try:
        return model.model_validate(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{path}: not JSON: {error}; {again}") from None
    except ValidationError as error:
        reason = _first(error, again)
        raise UsageError(f"{path}: no {called} of this version of coevol: {reason}") from None


def read_lines(path: Path, report: ComparisonReport) -> list[PairLine]:
    """Read the compare.csv beside a report, without the columns of a panel's judges.

    Raises UsageError if it does not belong to the report.
    """
    lines: list[PairLine] = []
    by_judge = set(_columns_of(report).names)
    for row in read_rows(path):
        fields = {name: value or None for name, value in row.fields.items() if name not in by_judge}
        try:
            lines.append(PairLine.model_validate(fields))
        except ValidationError as error:
            raise UsageError(
                f"{row.where}: no line of a comparison: {_first(error, _AGAIN)}"
            ) from None
    found = Counter(line.outcome for line in lines)
    told = (report.wins, report.ties, report.losses, report.failed)
    if tuple(found[each] for each in (*OUTCOMES, "failed")) != told:
        raise UsageError(f"{path}: its outcomes are not those of the report beside it; {_AGAIN}")
    return lines


def _first(error: ValidationError, again: str) -> str:
    """The first error, on one line, without the offending value."""
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"])) or "its contents"
    return f"{field}: {first['msg'][:100]}; {again}"
