"""Calibrations in a report: those kept in the folders of its runs."""

from collections.abc import Iterable
from pathlib import Path

from runners.calibration.files import own_calibration, read_calibration
from runners.errors import UsageError
from runners.report.calibration_tables import Calibration


def calibrations_of(runs: Iterable[tuple[str, Path]]) -> tuple[list[Calibration], list[str]]:
    """The calibrations in the folders of runs, and one line for each that can't be used.

    A run is given as its name and folder.
    """
    found: list[Calibration] = []
    problems: list[str] = []
    for name, run in runs:
        path = own_calibration(run)
        try:
            if path.exists():
                found.append(Calibration(name, read_calibration(path)))
        except UsageError as error:
            problems.append(str(error))
    return found, problems
