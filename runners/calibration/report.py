"""The report of a calibration: what calibrate.json says."""

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
from runners.comparison.pairs import Pair
from runners.comparison.part import Part
from runners.comparison.report import JudgeCalls

Judgings = Mapping[JudgeMode, Sequence[Judged]]
"""The same pairs as each mode judged them."""


class CalibratedData(NamedTuple):
    """What a calibration is made of."""

    data: str
    """Name of the dataset, without its folder."""
    rows: int
    seed: int


class CalibrationReport(Part):
    """The contents of calibrate.json."""

    recommendation: Recommendation
    judge: str
    """The model, PROVIDER:NAME."""
    settings: dict[str, Any]
    """How it was called: temperature and so on."""
    prompt_pack_sha256: str
    coevol: str
    """Version that made the calibration."""
    made: str
    """When, in UTC."""
    data: str
    rows: int
    seed: int
    twins: dict[str, int]
    """Pairs by kind of twin."""
    modes: dict[JudgeMode, ModeReport]
    left_out: dict[JudgeMode, str]
    """Modes in which it could not be asked, and why."""
    calls: JudgeCalls

    @property
    def failed(self) -> int:
        """Pairs whose call failed for good, over all modes."""
        return sum(each.failed for each in self.modes.values())


def report_of(
    pairs: Sequence[Pair],
    judged: Judgings,
    left_out: Mapping[JudgeMode, str],
    spent: Spending,
    source: CalibratedData,
    context: ConversationContext,
) -> CalibrationReport:
    """Count what each mode made of the pairs, and say what to do."""
    settings = context.settings["judge"]
    kinds = Counter(each.category for each in pairs)
    modes: dict[JudgeMode, ModeReport] = {
        mode: mode_report(found, settings.model, spent) for mode, found in judged.items()
    }
    return CalibrationReport(
        recommendation=recommendation_of(settings.model, modes),
        judge=settings.model,
        settings=settings.model_dump(exclude={"model", "base_url"}),
        prompt_pack_sha256=context.pack.hash,
        coevol=version("coevol"),
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        **source._asdict(),
        twins={kind: kinds[kind] for kind in MEANINGS if kind in kinds},
        modes=modes,
        left_out=dict(left_out),
        calls=JudgeCalls.of(spent),
    )
