"""A judge, or a panel, calibrated from Python, as `coevol calibrate` does it.

from runners import calibrate

calibrated = calibrate("data.json", judge_model="vllm:Qwen/Qwen3-8B", rows=20)
print(calibrated.recommendation.words)
"""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Unpack

from prompts.roles import JudgeMode
from runners.api.given import AnyPath, check_data
from runners.api.judging import judges_given, taking
from runners.api.stopping import in_thread
from runners.calibration.files import default_folder
from runners.calibration.report import CalibrationReport
from runners.calibration.run import CalibrationRequest, run_calibration
from runners.calibration.spoiling import Spoiling
from runners.comparison.judging import judge_models
from runners.data.dataset import Dataset, Selection
from runners.data.formats import Format
from runners.data.memory import Rows, written_down
from runners.data.stores import location_of
from runners.options.arguments import read_format
from runners.options.judging import CalibrateOptions
from runners.report.calibration_page import tell_calibration_page
from runners.run.progress import Progress


@taking(CalibrateOptions)
def calibrate(
    data: AnyPath | Rows,
    out: AnyPath | None = None,
    *,
    rows: int = 40,
    mode: Sequence[JudgeMode] = (),
    spoiling: Sequence[Spoiling] = (),
    **options: Unpack[CalibrateOptions],
) -> CalibrationReport:
    """Try a judge on responses and twins known to be worse; called again, it resumes.

    `data` is a file, a URL or `hf:NAME` as on the command line, or rows: any iterable of dicts.
    `out` is the folder, or NAME.json; by default, that of the judge in `runs/calibrations`, where
    runs in `runs` find it. `mode` and `spoiling` are the judge modes and kinds of twins to try; all
    if empty. `judge_model` is a model, or a list of them: a panel. All other options are those of
    `coevol calibrate --help`.

    Writes the same files as the command line, with the page if the extra `report` is installed.
    Returns the contents of calibrate.json. Raises RunError where the command line would print an
    error.
    """
    check_data(data)
    judges = judges_given(options, CalibrateOptions, "calibrate")
    place = default_folder(judge_models(judges.context).values()) if out is None else Path(out)
    progress = Progress("quiet")
    with _dataset(data, read_format(judges.params)) as dataset:
        seed = judges.params["seed"]
        trial = CalibrationRequest.of(dataset, rows, spoiling, mode, seed)
        report, stem = in_thread(
            lambda interrupts: run_calibration(
                trial, judges.context, judges.conduct, place, progress, interrupts
            )
        )
    tell_calibration_page(report, stem, progress)
    return report


@contextmanager
def _dataset(data: AnyPath | Rows, rows_format: Format | None) -> Generator[Dataset]:
    """The dataset; rows in memory are kept in a file while the block lasts."""
    if isinstance(data, str | os.PathLike):
        yield Dataset(location_of(data), Selection(), rows_format)
        return
    with (
        TemporaryDirectory(prefix="coevol-") as folder,
        written_down(data, Path(folder) / "data.jsonl.zst", Selection()) as path,
    ):
        yield Dataset(path, Selection(), rows_format, name="data")
