"""What the guards did in a run, in numbers."""

from collections import Counter
from typing import Any

from nodes.state import Round

_JUDGE_CALLS = 2
"""Judgements of an edit, one an order, that a refusal saves in the framework that has judges."""


class GuardTally:
    """Counts of cleaned and of refused edits, by guard."""

    def __init__(self) -> None:
        self.cleaned_edits = self.refused_edits = 0
        self.cleaned: Counter[str] = Counter()
        """Edits by what was taken off; an edit may have several leaks."""
        self.refused: Counter[str] = Counter()
        """Edits by the guard that refused them; again there may be several."""

    def add(self, round: Round) -> None:
        """Count a round; those of runs from before there were guards have nothing to count."""
        guarded = round.get("guarded")
        if guarded is None:
            return
        self.cleaned_edits += bool(guarded["cleaned"])
        self.refused_edits += bool(guarded["refused"])
        self.cleaned.update(guarded["cleaned"])
        self.refused.update({each["guard"] for each in guarded["refused"]})

    def as_dict(self, *, is_judged: bool) -> dict[str, Any]:
        """The counts; without judges a refusal saves no judge's call."""
        return {
            "cleaned_edits": self.cleaned_edits,
            "cleaned": dict(self.cleaned.most_common()),
            "refused_edits": self.refused_edits,
            "refused": dict(self.refused.most_common()),
            "judge_calls_saved": _JUDGE_CALLS * self.refused_edits if is_judged else 0,
        }


def guard_lines(found: dict[str, Any]) -> list[str]:
    """Say what the guards did, a line for what they cleaned and one for what they refused."""
    lines: list[str] = []
    if found["cleaned_edits"]:
        lines.append(f"guards cleaned {found['cleaned_edits']} edits: {_listed(found['cleaned'])}")
    if found["refused_edits"]:
        saved = found["judge_calls_saved"]
        words = f"guards refused {found['refused_edits']} edits: {_listed(found['refused'])}"
        lines.append(words + (f"; {saved} judge calls saved" if saved else ""))
    return lines


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
