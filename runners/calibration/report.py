"""The report of a calibration: the contents of calibrate.json."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, NamedTuple

from nodes.conversation import ConversationContext
from prompts.roles import JudgeMode
from runners.calibration.modes import ModeReport, mode_report
from runners.calibration.recommending import Recommendation, recommendation_of
from runners.calibration.spoiling import MEANINGS
from runners.calls.spending import Spending
from runners.comparison.judged import Judged
from runners.comparison.judging import judge_models
from runners.comparison.pairs import Pair
from runners.comparison.part import FilePart
from runners.comparison.report import JudgeCalls

Judgings = Mapping[JudgeMode, Sequence[Judged]]
"""The same pairs as judged in each mode."""


class CalibratedData(NamedTuple):
    """The data that a calibration used."""

    data: str
    """Name of the dataset, without its folder."""
    rows: int
    seed: int


class CalibrationReport(FilePart):
    """The contents of calibrate.json."""

    recommendation: Recommendation
    judge: str
    """The model, PROVIDER:NAME; for a panel, all of them."""
    settings: dict[str, Any]
    """Its settings, such as temperature; for a panel, each judge's, by model."""
    prompt_pack_sha256: str
    coevol: str
    """Version that made the calibration."""
    made: str
    """When it was made, in UTC."""
    data: str
    rows: int
    seed: int
    twins: dict[str, int]
    """Number of pairs by kind of twin."""
    modes: dict[JudgeMode, ModeReport]
    left_out: dict[JudgeMode, str]
    """Modes in which the judge could not be asked, and why."""
    calls: JudgeCalls
    judges: Sequence[str] = ()
    """The models of a panel; empty for a single judge."""

    @property
    def models(self) -> set[str]:
        """The models that judge."""
        return set(self.judges) or {self.judge}

    @property
    def failed(self) -> int:
        """Pairs whose call failed for good, over all modes."""
        return sum(each.failed for each in self.modes.values())


def calibration_report(
    pairs: Sequence[Pair],
    judged: Judgings,
    left_out: Mapping[JudgeMode, str],
    spent: Spending,
    source: CalibratedData,
    context: ConversationContext,
) -> CalibrationReport:
    """Compute each mode's results, and a recommendation."""
    models = judge_models(context)
    kinds = Counter(each.category for each in pairs)
    modes: dict[JudgeMode, ModeReport] = {
        mode: mode_report(found, models, spent) for mode, found in judged.items()
    }
    return CalibrationReport(
        recommendation=recommendation_of(", ".join(models.values()), modes),
        judge=", ".join(models.values()),
        settings=_settings(context),
        prompt_pack_sha256=context.pack.hash,
        coevol=version("coevol"),
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        **source._asdict(),
        twins={kind: kinds[kind] for kind in MEANINGS if kind in kinds},
        modes=modes,
        left_out=dict(left_out),
        calls=JudgeCalls.of(spent),
        judges=list(models.values()) if len(models) > 1 else [],
    )


def _settings(context: ConversationContext) -> dict[str, Any]:
    """The judge's settings; for a panel, each judge's."""
    said = {
        model: context.settings[judge].model_dump(exclude={"model", "base_url"})
        for judge, model in judge_models(context).items()
    }
    return said if len(said) > 1 else next(iter(said.values()))
