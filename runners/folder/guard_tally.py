"""Counts of what the guards did in a run."""

from collections import Counter, defaultdict
from typing import Any, NamedTuple

from graph.frameworks import Framework
from nodes.context import Context
from nodes.counted import counted
from nodes.orders import ORDERS
from nodes.scores import judgements_needed
from nodes.state import Guarded, Round

_PASSED = ("improved", "adopted", "not_improved")
"""Outcomes of edits that no guard refused."""


class Saving(NamedTuple):
    """Judge calls saved by a refused edit."""

    least: int
    most: int


def saving_of(framework: Framework, context: Context) -> Saving:
    """One call per judge and order; with economy, fewer, because some would not have been made."""
    if framework != "coevol":
        return Saving(0, 0)
    agreed = (judgements_needed(context, won=won) for won in (True, False))
    return Saving(min(agreed), len(ORDERS) * len(context.judges))


class GuardTally:
    """Counts of cleaned and refused edits, by guard."""

    def __init__(self) -> None:
        self.cleaned_edits = self.refused_edits = 0
        self.repair_calls = self.repaired_edits = 0
        """How often the editor was asked again, and how many of these edits passed."""
        self.repair_reasons: Counter[str] = Counter()
        """Edits asked for again, by the guard that refused them."""
        self.cleaned: Counter[str] = Counter()
        """Edits by what was removed; an edit may have several leaks."""
        self.refused: Counter[str] = Counter()
        """Edits by the guard that refused them; there may be several."""
        self._seconds = defaultdict[str, float](float)
        """Time that user-defined guards took, by name."""

    def add(self, round: Round) -> None:
        """Count a round; rounds of versions without guards have nothing to count."""
        repaired = round.get("repaired", [])
        self.repair_calls += len(repaired)
        self.repaired_edits += bool(repaired) and round["outcome"] in _PASSED
        for each in repaired:
            self.repair_reasons.update(_guards_of(each["guarded"]))
            self._add_seconds(each["guarded"])
        guarded = round.get("guarded")
        if guarded is None:
            return
        self.cleaned_edits += bool(guarded["cleaned"])
        self.refused_edits += bool(guarded["refused"])
        self.cleaned.update(guarded["cleaned"])
        self.refused.update(_guards_of(guarded))
        self._add_seconds(guarded)

    def _add_seconds(self, guarded: Guarded) -> None:
        for name, seconds in guarded.get("seconds", {}).items():
            self._seconds[name] += seconds

    def as_dict(self, saving: Saving) -> dict[str, Any]:
        """The counts, with the fewest and the most calls saved."""
        return {
            "cleaned_edits": self.cleaned_edits,
            "cleaned": dict(self.cleaned.most_common()),
            "refused_edits": self.refused_edits,
            "refused": dict(self.refused.most_common()),
            "repair_calls": self.repair_calls,
            "repair_reasons": dict(self.repair_reasons.most_common()),
            "repaired_edits": self.repaired_edits,
            "own_seconds": {name: round(each, 3) for name, each in self._seconds.items()},
            "judge_calls_saved": saving.most * self.refused_edits,
            "judge_calls_saved_at_least": saving.least * self.refused_edits,
        }


def _guards_of(guarded: Guarded) -> set[str]:
    """The guards that refused an edit, without duplicates."""
    return {each["guard"] for each in guarded["refused"]}


def guard_lines(found: dict[str, Any]) -> list[str]:
    """Lines about what the guards cleaned and refused, and how long user-defined ones took."""
    lines: list[str] = []
    if found["cleaned_edits"]:
        lines.append(
            f"guards cleaned {counted(found['cleaned_edits'], 'edit')}: {_listed(found['cleaned'])}"
        )
    if found["refused_edits"]:
        words = (
            f"guards refused {counted(found['refused_edits'], 'edit')}: {_listed(found['refused'])}"
        )
        lines.append(words + (f"; {saved_in(found)}" if found["judge_calls_saved"] else ""))
    if found.get("repair_calls"):
        again, passed = found["repair_calls"], found["repaired_edits"]
        why = f" ({_listed(reasons)})" if (reasons := found.get("repair_reasons")) else ""
        lines.append(
            f"repair: the editor was asked again {counted(again, 'time')}{why}, "
            f"{counted(passed, 'edit')} passed then"
        )
    for name, seconds in found.get("own_seconds", {}).items():
        lines.append(f"guard {name} took {seconds:,.1f} s")
    return lines


def saved_in(found: dict[str, Any]) -> str:
    """How many judge calls were saved, from a summary of any version."""
    saved = found["judge_calls_saved"]
    is_sure = found.get("judge_calls_saved_at_least", saved) == saved
    return f"{'' if is_sure else 'up to '}{counted(saved, 'judge call')} saved"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
