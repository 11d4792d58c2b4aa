"""coevol calibrate, from what a person asked for to the files of the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar, NamedTuple

from nodes.conversation import ConversationContext
from prompts.roles import JudgeMode
from runners.calibrate.files import calibration_stem, write_calibration
from runners.calibrate.report import CalibrationReport, Judgings, Source, report_of
from runners.calibrate.spoiling import Spoiling
from runners.calibrate.twins import originals_of, twins_of
from runners.compare.files import beside_stem
from runners.compare.judging import Comparison, checked_prices, compare
from runners.compare.pairs import Pair
from runners.compare.watch import ComparisonSnapshot
from runners.data.dataset import Dataset
from runners.data.sources import is_hub
from runners.data.stores import check_local
from runners.run.plan import Conduct
from runners.run.progress import Progress
from runners.storage.lock import held


class Trial(NamedTuple):
    """What a judge is tried with."""

    dataset: Dataset
    rows: int
    spoilings: Sequence[Spoiling]
    modes: Sequence[JudgeMode]
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class CalibrationSnapshot(ComparisonSnapshot):
    """A calibration at one moment: a twin that wins is a wrong verdict."""

    called: ClassVar[tuple[str, str, str]] = ("wrong", "undecided", "right")


def run_calibration(
    trial: Trial, context: ConversationContext, conduct: Conduct, out: Path, progress: Progress
) -> tuple[CalibrationReport, Path]:
    """Try the judge in each mode, write STEM.json and STEM.csv, return the report and the stem.

    What was answered and spent is in STEM.db. Everything is checked before anything is sent. Raises
    RunError.
    """
    check_local(out)
    checked_prices(context, conduct)
    originals = originals_of(trial.dataset, context, trial.rows)
    pairs = twins_of(originals, trial.spoilings, trial.seed)
    stem = calibration_stem(out)
    # A judge that tells nothing is what this is to find out, and so many calls are no surprise.
    conduct = conduct._replace(stops_unfit_judge=False)
    progress.say(_announced(pairs, len(originals), len(trial.modes)))
    with held(stem, "calibration"):
        tried: dict[JudgeMode, Comparison] = {}
        for mode in trial.modes:
            progress.say(f"{mode}:")
            progress.event("mode", mode=mode)
            asked = context.model_copy(update={"judge_mode": mode})
            database = beside_stem(stem, ".db")
            tried[mode] = compare(pairs, asked, conduct, database, progress, CalibrationSnapshot)
        judged: Judgings = {mode: found.judged for mode, found in tried.items()}
        source = Source(_name_of(trial.dataset), len(originals), trial.seed)
        spent = list(tried.values())[-1].spent
        report = report_of(pairs, judged, {}, spent, source, context)
        write_calibration(report, judged, stem)
    return report, stem


def _announced(pairs: Sequence[Pair], rows: int, modes: int) -> str:
    """What is going to be asked."""
    return f"{rows} rows, {len(pairs)} twins: {2 * len(pairs)} calls in each of {modes} judge modes"


def _name_of(dataset: Dataset) -> str:
    return dataset.name if is_hub(dataset.path) else PurePath(dataset.name).name
