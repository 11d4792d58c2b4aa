"""The files of a calibration, their usual places, and how a run finds its judge's."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel

from prompts.roles import SEATS, JudgeMode
from runners.calibration.report import CalibrationReport, Judgings
from runners.comparison.files import read_model, stem_of, write_report
from runners.comparison.judged import Judged, JudgesChoice
from runners.comparison.panel_columns import PanelColumns
from runners.people.agreement import PairOutcome

NAME = "calibrate"
PLACE = "calibrations"
"""Folder beside run folders, with a folder for each calibration."""
_RUNS = Path("runs")
_LONGEST = 120
"""Most characters of a folder's name; file systems allow about 250."""
_AGAIN = "coevol calibrate makes it again"

_Finding = Literal["right", "undecided", "wrong", "failed"]
_FINDINGS: Mapping[PairOutcome | None, _Finding] = {
    "loss": "right",
    "tie": "undecided",
    "win": "wrong",
    None: "failed",
}


class TwinLine(BaseModel):
    """A line of calibrate.csv: an original, a twin, and a mode's verdict on them."""

    mode: JudgeMode
    kind: str | None
    finding: _Finding
    """For a padded twin, `right` means that the shorter original won."""
    lead: float | None
    """By how much the original leads, both orders together."""
    original_first: JudgesChoice | None
    """The verdict with the original as Assistant 1: `a` is the original."""
    twin_first: JudgesChoice | None
    position: int
    turn: int | None
    failure: str | None
    instruction: str
    original: str
    twin: str


class Calibrated(NamedTuple):
    """A calibration and its place."""

    path: Path
    """Its calibrate.json."""
    report: CalibrationReport


def default_folder(models: Iterable[str]) -> Path:
    """The default folder of a judge's or a panel's calibration.

    A run in `runs` finds it there.
    """
    said = ", ".join(models)
    name = re.sub(r"[^\w.-]+", "-", said).strip("-.")
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST]}-{sha256(said.encode()).hexdigest()[:8]}"
    return _RUNS / PLACE / name


def calibration_stem(out: Path) -> Path:
    """The stem of its files, given `--out`."""
    return stem_of(out, NAME)


def write_calibration(report: CalibrationReport, judged: Judgings, stem: Path) -> None:
    """Write STEM.json, and STEM.csv with one line per pair and mode. Raises StorageError."""
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
    """Read a calibrate.json. Raises UsageError if it is not one of this version of coevol."""
    return read_model(path, CalibrationReport, "calibration", _AGAIN)


def own_calibration(run: Path) -> Path:
    """Where a run keeps its judge's calibration."""
    return run / f"{NAME}.json"


def find_calibration(run: Path, models: Set[str]) -> Calibrated | None:
    """The latest calibration of these judges, in a run's folder or in `calibrations` beside it.

    Raises UsageError if an existing one can't be read.
    """
    found = [Calibrated(path, read_calibration(path)) for path in _places(run)]
    ofit = [each for each in found if each.report.models == models]
    return max(ofit, key=lambda each: each.report.made, default=None)


def _places(run: Path) -> Iterator[Path]:
    if own_calibration(run).exists():
        yield own_calibration(run)
    yield from sorted((run.absolute().parent / PLACE).glob(f"*/{NAME}.json"))
