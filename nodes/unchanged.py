"""Unchanged edits: an editor that returns the response itself, which can't win."""

from collections import deque
from collections.abc import Iterable
from functools import reduce
from typing import Any, NamedTuple, get_args

from nodes.counted import counted
from nodes.judging.fitness import ENOUGH, LAST
from nodes.judging.share import Share
from nodes.state import EditFault, Round

_FAULTS = get_args(EditFault)
_NEARLY_ALL = 0.9


def is_unchanged(round: Round) -> bool:
    """Whether a round's edit equals its response, character by character.

    Then both orders are the same question, so its verdicts say nothing about the judge. An
    incomplete answer, such as an empty one for an empty response, does not count.
    """
    is_same = round["edit"]["response"] == round["response"]
    return is_same and round["outcome"] not in _FAULTS


def unchanged_in_words(rounds: int) -> str:
    """Say how many rounds have an unchanged edit."""
    return f"{counted(rounds, 'round')} whose edit is the response itself"


class Edits(NamedTuple):
    """Counts over rounds that show whether an editor changes responses."""

    rounds: int = 0
    unchanged: int = 0
    """Rounds whose edit is unchanged."""
    judged: int = 0
    """Those of them that were judged all the same."""

    def plus(self, other: "Edits") -> "Edits":
        """The sum of both counts."""
        return Edits(*map(sum, zip(self, other, strict=True)))

    @property
    def in_words(self) -> str | None:
        """A warning with advice if nearly all edits of enough rounds are unchanged; else None."""
        if self.rounds < ENOUGH or self.unchanged < _NEARLY_ALL * self.rounds:
            return None
        spared = "; --economy asks no judge about them" if self.judged else ""
        return (
            f"the editor gives the response back unchanged in {self.unchanged / self.rounds:.0%} "
            f"of rounds: try another --editor-model or --set editor.temperature=N{spared}"
        )

    def as_dict(self) -> dict[str, Any]:
        """The counts as in summary.json and status; a share of nothing is null."""
        share = Share(self.unchanged, self.rounds).value
        told = {"rounds": self.rounds, "unchanged": self.unchanged, "unchanged_share": share}
        over = f"over {counted(self.rounds, 'round')}, "
        return {**told, "warning": self.in_words and over + self.in_words}


def edit_in(round: Round) -> Edits:
    """Return the counts of one round."""
    same = is_unchanged(round)
    return Edits(1, same, same and bool(round["judgements"]))


class LastEdits:
    """The edits of a run's latest rounds, as many as the judge is watched over."""

    def __init__(self, before: Iterable[Round] = ()) -> None:
        self._edits = deque(map(edit_in, before), maxlen=LAST)

    def add(self, rounds: Iterable[Round]) -> None:
        """Add more rounds."""
        self._edits.extend(map(edit_in, rounds))

    @property
    def counts(self) -> Edits:
        """The sum over these rounds."""
        return reduce(Edits.plus, self._edits, Edits())
