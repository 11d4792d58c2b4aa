"""coevol calibrate: from the request to the files with the result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import ClassVar, NamedTuple, Self, TypeVar

from nodes.conversation import ConversationContext
from nodes.counted import counted
from prompts.roles import JUDGE_MODES, JudgeMode
from runners.calibration.asking import ModeUnavailable, asking
from runners.calibration.files import calibration_stem, write_calibration
from runners.calibration.report import (
    CalibratedData,
    CalibrationReport,
    Judgings,
    calibration_report,
)
from runners.calibration.spoiling import SPOILINGS, Spoiling
from runners.calibration.twins import take_originals, twins_of
from runners.calls.logprobs import NoLogprobs
from runners.calls.spending import Spending
from runners.comparison.files import beside_stem
from runners.comparison.judging import Comparison, checked_prices, compare
from runners.comparison.watch import ComparisonSnapshot
from runners.data.dataset import Dataset
from runners.data.hub import is_hub
from runners.data.stores import check_local
from runners.errors import UsageError
from runners.options.nearest import there_are
from runners.run.event_loop import Interrupts, interruptible
from runners.run.plan import Conduct
from runners.run.progress import Progress
from runners.storage.lock import held

T = TypeVar("T", bound=str)


class CalibrationRequest(NamedTuple):
    """What to try a judge with."""

    dataset: Dataset
    rows: int
    spoilings: Sequence[Spoiling]
    modes: Sequence[JudgeMode]
    seed: int = 0
    """Selects the rows, and the twins made of them."""

    @classmethod
    def of(
        cls, dataset: Dataset, rows: int, spoiling: Sequence[str], mode: Sequence[str], seed: int
    ) -> Self:
        """Parse kinds and modes; all of them if none is named.

        Raises UsageError naming the option.
        """
        if rows < 1:
            raise UsageError(f"--rows {rows}: must be at least 1")
        spoilings = _chosen("--spoiling", spoiling, SPOILINGS)
        return cls(dataset, rows, spoilings, _chosen("--mode", mode, JUDGE_MODES), seed)


def _chosen(flag: str, given: Sequence[str], known: Sequence[T]) -> Sequence[T]:
    """The named values in their order; all if none was named. Raises UsageError."""
    for name in given:
        if name not in known:
            raise UsageError(f"{flag} {name}: {there_are(name, known)}")
    return [each for each in known if not given or each in given]


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
    interrupts: Interrupts = interruptible,
) -> tuple[CalibrationReport, Path]:
    """Try the judge in each mode, write STEM.json and STEM.csv, return the report and the stem.

    Answers and spending are kept in STEM.db. Everything is checked before anything is sent. Raises
    RunError.
    """
    check_local(out)
    checked_prices(asking(context, "choice"), conduct)
    originals = take_originals(trial.dataset, context, trial.rows, trial.seed)
    pairs = twins_of(originals, trial.spoilings, trial.seed)
    asked = 2 * len(pairs) * len(context.judges)
    progress.say(
        f"{counted(len(originals), 'row')}, {counted(len(pairs), 'twin')}: "
        f"{counted(asked, 'call')} in each of {counted(len(trial.modes), 'judge mode')}"
    )
    stem = calibration_stem(out)
    with held(stem, "calibration"):
        ask = partial(
            compare,
            pairs,
            # Not stopped by an unfit judge: finding that out is the purpose.
            conduct=conduct._replace(stops_unfit_judge=False),
            database=beside_stem(stem, ".db"),
            progress=progress,
            shown=CalibrationSnapshot,
            interrupts=interrupts,
        )
        tried = _try(trial.modes, ask, context, progress)
        source = CalibratedData(_name_of(trial.dataset), len(originals), trial.seed)
        report = calibration_report(
            pairs, tried.judged, tried.left_out, tried.spent, source, context
        )
        write_calibration(report, tried.judged, stem)
    return report, stem


class _Tried(NamedTuple):
    """The results of each mode, and what all of them cost."""

    judged: Judgings
    left_out: Mapping[JudgeMode, str]
    spent: Spending


def _try(
    modes: Sequence[JudgeMode],
    ask: Callable[[ConversationContext], Comparison],
    context: ConversationContext,
    progress: Progress,
) -> _Tried:
    """Ask in one mode after another. Raises UsageError if none is available, and as `compare`."""
    found: dict[JudgeMode, Comparison] = {}
    left_out: dict[JudgeMode, str] = {}
    for mode in modes:
        progress.say(f"{mode}:")
        progress.event("mode", mode=mode)
        try:
            found[mode] = ask(asking(context, mode))
        except (ModeUnavailable, NoLogprobs) as error:
            left_out[mode] = str(error)
            progress.say(f"left out: {error}")
    if not found:
        raise UsageError("; ".join(left_out.values()))
    spent = list(found.values())[-1].spent
    return _Tried({mode: each.judged for mode, each in found.items()}, left_out, spent)


def _name_of(dataset: Dataset) -> str:
    return dataset.name if is_hub(dataset.path) else PurePath(dataset.name).name
