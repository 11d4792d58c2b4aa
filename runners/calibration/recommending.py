"""Recommending: the best mode and margin for a judge, or that it should not judge at all."""

from collections.abc import Mapping

from prompts.roles import JudgeMode
from runners.calibration.counts import MOST_WRONG, Measured
from runners.calibration.modes import ModeReport
from runners.comparison.part import FilePart

_CHANCE = 0.5
"""Share of decided twins that a judge without information gets right."""
_SELDOM = 0.5
"""A judge that is right less often leaves most pairs undecided."""


class Recommendation(FilePart):
    """What to do with the judge."""

    fit: bool
    """Whether it tells better from worse, beyond chance, in any mode."""
    mode: JudgeMode | None
    margin: float | None
    words: str


def recommendation_of(judge: str, modes: Mapping[JudgeMode, ModeReport]) -> Recommendation:
    """Choose the mode that is right most often with the margin that makes wrong verdicts rare.

    Among equal modes, choose the one with the fewest tokens. A mode whose decided pairs are no
    better than chance, by the 95% interval, is never chosen. Pure.
    """
    fit: dict[JudgeMode, ModeReport] = {
        mode: found for mode, found in modes.items() if _beats_chance(found)
    }
    if not fit:
        return Recommendation(fit=False, mode=None, margin=None, words=_refusal(judge, modes))
    mode, found = max(fit.items(), key=lambda each: _merit(each[1]))
    words = f"{judge} can judge with --judge-mode {mode}{_margin(found)}: {_in_words(found)}"
    return Recommendation(
        fit=True, mode=mode, margin=found.margin, words="; ".join([words, *_reserves(found)])
    )


def _beats_chance(found: ModeReport) -> bool:
    return found.with_margin.decided_rightly.is_above(_CHANCE)


def _merit(found: ModeReport) -> tuple[float, float]:
    tally = found.with_margin
    return (tally.right.share or 0.0) - (tally.wrong.share or 0.0), -found.tokens


def _margin(found: ModeReport) -> str:
    return f" --margin {found.margin:g}" if found.margin else ""


def _in_words(found: ModeReport) -> str:
    tally = found.with_margin
    return (
        f"of {tally.right.whole} twins known to be worse {_told(tally.right)} lost, "
        f"{_told(tally.wrong)} won, {_told(tally.undecided)} stayed undecided"
    )


def _told(measured: Measured) -> str:
    return "none" if measured.share is None else f"{measured.share:.0%}"


def _reserves(found: ModeReport) -> list[str]:
    """Remaining reservations, in words."""
    tally = found.with_margin
    told: list[str] = []
    if (tally.wrong.share or 0.0) > MOST_WRONG:
        told.append("worse ones win too often for edits to be taken unseen")
    if (tally.right.share or 0.0) < _SELDOM:
        told.append("it seldom decides, so few edits would be accepted")
    return told + _blind_spots(found) + _better_alone(found)


def _blind_spots(found: ModeReport) -> list[str]:
    """The kinds of spoiling that it takes for an improvement more often than not, in words."""
    lost = ((kind, each.wrong) for kind, each in found.kinds.items())
    return [
        f"of {wrong.whole} {kind} twins it preferred {wrong.part}, so it does not see what is wrong"
        for kind, wrong in lost
        if 2 * wrong.part > wrong.whole
    ]


def _better_alone(panel: ModeReport) -> list[str]:
    """Says which judge of a panel does as well alone, if one does."""
    alone = {model: found for model, found in panel.judges.items() if _beats_chance(found)}
    best = max(alone, key=lambda model: _merit(alone[model]), default=None)
    if best is None or _merit(alone[best])[0] < _merit(panel)[0]:
        return []
    return [f"{best} alone{_margin(alone[best])} does no worse: {_in_words(alone[best])}"]


def _refusal(judge: str, modes: Mapping[JudgeMode, ModeReport]) -> str:
    """Why it should not judge, using the mode in which it did best."""
    if not modes:
        return f"{judge} could not be asked in any mode"
    mode, found = max(modes.items(), key=lambda each: _merit(each[1]))
    right, decided = found.with_margin.decided_rightly
    if 2 * right > decided:
        advice = "that can still be chance: give more --rows, or take another --judge-model"
    else:
        advice = "that is no better than chance: take another --judge-model"
    told = "; ".join([_in_words(found), *found.complaints, advice])
    return f"{judge} should not judge: at its best, in mode {mode}, {told}"
