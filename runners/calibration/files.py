"""The files of a calibration, where they are by convention, and which is of the judge of a run."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel

from prompts.roles import SEATS, JudgeMode
from runners.calibration.report import CalibrationReport, Judgings
from runners.comparison.files import beside_stem, read_model, stem_of, write_report
from runners.comparison.judged import Judged, JudgesChoice
from runners.comparison.panel_columns import PanelColumns
from runners.people.agreement import PairOutcome

NAME = "calibrate"
PLACE = "calibrations"
"""Folder beside run folders, in which each judge's calibration has a folder of its own."""
_RUNS = Path("runs")
_LONGEST = 120
"""Characters of a folder's name, which file systems allow some 250 of."""
_AGAIN = "coevol calibrate makes it again"

_Finding = Literal["right", "undecided", "wrong", "failed"]
_FINDINGS: Mapping[PairOutcome | None, _Finding] = {
    "loss": "right",
    "tie": "undecided",
    "win": "wrong",
    None: "failed",
}


class TwinLine(BaseModel):
    """A line of calibrate.csv: a pair of an original and a twin, and what a mode made of it."""

    mode: JudgeMode
    kind: str | None
    finding: _Finding
    """Of a padded twin `right` is that the shorter original won."""
    lead: float | None
    """By how much the original leads, both orders together."""
    original_first: JudgesChoice | None
    """Whom the judge chose with the original as Assistant 1: `a` is the original."""
    twin_first: JudgesChoice | None
    position: int
    turn: int | None
    failure: str | None
    instruction: str
    original: str
    twin: str


class Calibrated(NamedTuple):
    """A calibration and where it is."""

    path: Path
    """Its calibrate.json."""
    report: CalibrationReport


def default_folder(models: Iterable[str]) -> Path:
    """Where a judge's or a panel's calibration is if nobody says otherwise.

    A run in `runs` will find it.
    """
    said = ", ".join(models)
    name = re.sub(r"[^\w.-]+", "-", said).strip("-.")
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST]}-{sha256(said.encode()).hexdigest()[:8]}"
    return _RUNS / PLACE / name


def calibration_stem(out: Path) -> Path:
    """The stem of its files, given what `--out` says."""
    return stem_of(out, NAME)


def write_calibration(report: CalibrationReport, judged: Judgings, stem: Path) -> None:
    """Write STEM.json, and STEM.csv with a line for each pair in each mode. Raises StorageError."""
    panel = PanelColumns(SEATS[: len(report.judges)], ("original", "twin"))
    lines = (
        {**_line(mode, each).model_dump(), **panel.cells(each)}
        for mode, found in judged.items()
        for each in found
    )
    write_report(report, [*TwinLine.model_fields, *panel.names], lines, stem)


def _line(mode: JudgeMode, judged: Judged) -> TwinLine:
    pair, difference = judged.pair, judged.difference
    return TwinLine(
        mode=mode,
        kind=pair.category,
        finding=_FINDINGS[judged.outcome],
        lead=None if difference is None else 0.0 - difference,
        original_first=judged.a_first,
        twin_first=judged.b_first,
        position=pair.position,
        turn=pair.turn,
        failure=judged.failure and judged.failure.message,
        instruction=pair.instruction,
        original=pair.a,
        twin=pair.b,
    )


def read_calibration(path: Path) -> CalibrationReport:
    """Read a calibrate.json. Raises UsageError if it is none of this version of coevol."""
    return read_model(path, CalibrationReport, "calibration", _AGAIN)


def own_calibration(run: Path) -> Path:
    """Where a run keeps the calibration of its judge."""
    return beside_stem(calibration_stem(run), ".json")


def find_calibration(run: Path, models: Set[str]) -> Calibrated | None:
    """The latest calibration of these judges in a run's folder or in `calibrations` beside it.

    Raises UsageError if one that is there can't be read.
    """
    found = [Calibrated(path, read_calibration(path)) for path in _places(run)]
    ofit = [each for each in found if each.report.models == models]
    return max(ofit, key=lambda each: each.report.made, default=None)


def _places(run: Path) -> Iterator[Path]:
    if own_calibration(run).exists():
        yield own_calibration(run)
    yield from sorted((run.absolute().parent / PLACE).glob(f"*/{NAME}.json"))
