"""Calibrations in a report: what a run's judge was before, kept in the run's folder."""

from collections.abc import Iterable
from pathlib import Path

from runners.calibration.files import own_calibration, read_calibration
from runners.errors import UsageError
from runners.report.calibration_tables import Calibration


def calibrations_of(runs: Iterable[tuple[str, Path]]) -> tuple[list[Calibration], list[str]]:
    """The calibrations in the folders of runs, and a line about each that can't be used.

    A run is given by its name and its folder.
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
