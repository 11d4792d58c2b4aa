"""coevol calibrate, from what a person asked for to the files of the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar, NamedTuple

from nodes.conversation import ConversationContext
from prompts.roles import JudgeMode
from runners.calibrate.asking import ModeUnavailable, asking
from runners.calibrate.files import calibration_stem, write_calibration
from runners.calibrate.report import CalibratedData, CalibrationReport, Judgings, report_of
from runners.calibrate.spoiling import Spoiling
from runners.calibrate.twins import originals_of, twins_of
from runners.calls.logprobs import NoLogprobs
from runners.calls.spending import Spending
from runners.compare.files import beside_stem
from runners.compare.judging import Comparison, checked_prices, compare
from runners.compare.pairs import Pair
from runners.compare.watch import ComparisonSnapshot
from runners.data.dataset import Dataset
from runners.data.hub import is_hub
from runners.data.stores import check_local
from runners.errors import UsageError
from runners.run.plan import Conduct
from runners.run.progress import Progress
from runners.storage.lock import held


class CalibrationRequest(NamedTuple):
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
    trial: CalibrationRequest,
    context: ConversationContext,
    conduct: Conduct,
    out: Path,
    progress: Progress,
) -> tuple[CalibrationReport, Path]:
    """Try the judge in each mode, write STEM.json and STEM.csv, return the report and the stem.

    What was answered and spent is in STEM.db. Everything is checked before anything is sent. Raises
    RunError.
    """
    check_local(out)
    checked_prices(asking(context, "choice"), conduct)
    originals = originals_of(trial.dataset, context, trial.rows)
    pairs = twins_of(originals, trial.spoilings, trial.seed)
    progress.say(_announced(pairs, len(originals), len(trial.modes)))
    stem = calibration_stem(out)
    with held(stem, "calibration"):
        tried = _try(trial.modes, pairs, context, conduct, beside_stem(stem, ".db"), progress)
        source = CalibratedData(_name_of(trial.dataset), len(originals), trial.seed)
        report = report_of(pairs, tried.judged, tried.left_out, tried.spent, source, context)
        write_calibration(report, tried.judged, stem)
    return report, stem


class _Tried(NamedTuple):
    """What came of each mode, and what all of them took."""

    judged: Judgings
    left_out: Mapping[JudgeMode, str]
    spent: Spending


def _try(
    modes: Sequence[JudgeMode],
    pairs: list[Pair],
    context: ConversationContext,
    conduct: Conduct,
    database: Path,
    progress: Progress,
) -> _Tried:
    """Ask in one mode after another. Raises UsageError if none can be asked, and as `compare`."""
    found: dict[JudgeMode, Comparison] = {}
    left_out: dict[JudgeMode, str] = {}
    # A judge that tells nothing is what this is to find out, and so many calls are no surprise.
    conduct = conduct._replace(stops_unfit_judge=False)
    for mode in modes:
        progress.say(f"{mode}:")
        progress.event("mode", mode=mode)
        try:
            asked = asking(context, mode)
            found[mode] = compare(pairs, asked, conduct, database, progress, CalibrationSnapshot)
        except (ModeUnavailable, NoLogprobs) as error:
            left_out[mode] = str(error)
            progress.say(f"left out: {error}")
    if not found:
        raise UsageError("; ".join(left_out.values()))
    spent = list(found.values())[-1].spent
    return _Tried({mode: each.judged for mode, each in found.items()}, left_out, spent)


def _announced(pairs: Sequence[Pair], rows: int, modes: int) -> str:
    """What is going to be asked."""
    return f"{rows} rows, {len(pairs)} twins: {2 * len(pairs)} calls in each of {modes} judge modes"


def _name_of(dataset: Dataset) -> str:
    return dataset.name if is_hub(dataset.path) else PurePath(dataset.name).name
