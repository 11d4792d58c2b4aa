"""coevol calibrate: can this judge tell better from worse in my data?"""

from pathlib import Path
from typing import Annotated

import typer

from prompts.roles import JUDGE_MODES
from runners.calibration.spoiling import SPOILINGS
from runners.cli.errors import errors_on_one_line
from runners.cli.evolve import SOME_FAILED
from runners.cli.takes import required, resolved, takes
from runners.cli.telling import telling
from runners.options.judging import CalibrateOptions
from runners.options.output import Telling

SHOULD_NOT_JUDGE = 1
"""Exit code of a calibration whose judge should not judge."""

CalibrateOut = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Folder, or a file NAME.json; if not given, runs/calibrations/JUDGE, where runs in "
        "runs/ find it.",
        show_default=False,
    ),
]
Rows = Annotated[
    int,
    typer.Option(
        "--rows", min=1, help="Number of rows to try it on, spread evenly over the dataset."
    ),
]
Modes = Annotated[
    list[str] | None,
    typer.Option(
        "--mode",
        help=f"Judge mode to try ({', '.join(JUDGE_MODES)}); all if not given. May be repeated.",
        metavar="MODE",
    ),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--spoiling",
        help=f"How twins are made worse ({', '.join(SPOILINGS)}); all if not given. May be "
        "repeated.",
        metavar="KIND",
    ),
]


@takes("data", CalibrateOptions, Telling)
def calibrate(
    arguments: typer.Context,
    out: CalibrateOut = None,
    rows: Rows = 40,
    mode: Modes = None,
    spoiling: Kinds = None,
) -> None:
    """Try a judge on your data: responses against twins known to be worse, in every judge mode.

    Run again, it resumes where it stopped. Exit code: 0 the judge can judge, 1 it should not; 2, 3,
    4 and 130 as for evolve.
    """
    with errors_on_one_line():
        from runners.calibration.files import calibration_stem, default_folder
        from runners.calibration.run import CalibrationRequest, run_calibration
        from runners.calibration.table import print_calibration
        from runners.comparison.files import beside_stem
        from runners.comparison.judging import judge_models
        from runners.data.dataset import Dataset, Selection
        from runners.data.stores import location_of
        from runners.options.arguments import read_conduct, read_format, read_judges
        from runners.report.calibration_page import tell_calibration_page

        params = resolved(arguments)
        source = location_of(required(params, "data"))
        required(params, "judge_model")
        context = read_judges(params)
        dataset = Dataset(source, Selection(), read_format(params))
        kinds, modes = spoiling or (), mode or ()
        trial = CalibrationRequest.of(dataset, rows, kinds, modes, params["seed"])
        place = out or default_folder(judge_models(context).values())
        with telling(params, place, beside_stem(calibration_stem(place), ".json")) as progress:
            report, stem = run_calibration(trial, context, read_conduct(params), place, progress)
            print_calibration(report, stem, progress)
            tell_calibration_page(report, stem, progress)
            if report.failed:
                raise typer.Exit(SOME_FAILED)
            if not report.recommendation.fit:
                raise typer.Exit(SHOULD_NOT_JUDGE)
