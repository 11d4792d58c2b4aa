"""Panel statistics of a comparison: each judge's verdicts, and how far each two agree."""

from collections.abc import Iterable, Mapping

from nodes.judging.fitness import position_bias
from nodes.state import Verdict
from prompts.roles import Seat
from runners.comparison.judged import CHOICES, VERDICTS, Judged, JudgesChoice
from runners.comparison.part import FilePart
from runners.folder.panel_tally import PanelTally


class PanelJudge(FilePart):
    """One judge of a panel. Shares are from 0 to 1; None of an empty whole."""

    judge: Seat
    model: str
    verdicts: dict[JudgesChoice, int]
    """Its judgements by verdict, both orders together."""
    pairs: int
    """Pairs that it judged in both orders; the shares are of these."""
    unparsable_share: float | None
    unfinished_share: float | None
    flip_share: float | None
    tie_share: float | None
    first_place_share: float | None
    """Share of its judgements with a winner that name the response shown first."""
    unfit: bool
    warning: str | None
    longer_share: float | None
    """Share of those with unequal lengths that name the longer response."""


class Agreement(FilePart):
    """How far two judges agree, order by order."""

    judges: tuple[str, str]
    """Their models."""
    judgements: int
    """Judgements that can be read from both."""
    agreement: float | None
    kappa: float | None
    """Cohen's kappa; None if chance alone would always agree."""


class Panel(FilePart):
    """All judges of a panel, and each two of them."""

    judges: list[PanelJudge]
    agreement: list[Agreement]
    first_place_share: float | None = None
    """Share of all its judgements with a winner that name the response shown first; None without
    any, and in older reports."""


def panel_of(judged: Iterable[Judged], models: Mapping[Seat, str]) -> Panel | None:
    """Count a panel's judgements; None for a single judge.

    `models` are the judges' models. Pairs that were not judged are not counted.
    """
    if len(models) < 2:
        return None
    tally = PanelTally()
    for each in judged:
        said: dict[Seat, list[Verdict | None]] = {
            judge: [None if choice is None else VERDICTS[choice] for choice in alone.choices]
            for judge, alone in each.panel.items()
        }
        tally.add_verdicts(said, len(each.pair.b) - len(each.pair.a))
    counts = tally.as_dict(models, "pairs")
    for each in counts["judges"]:
        each["verdicts"] = {CHOICES[verdict]: n for verdict, n in each["verdicts"].items()}
    first_place = position_bias(tally.by_judge).share_first
    return Panel.model_validate({**counts, "first_place_share": first_place})
