"""Unchanged edits: an editor that gives the response back has its judge compare it with itself."""

from collections import deque
from collections.abc import Iterable
from functools import reduce
from typing import Any, NamedTuple, get_args

from nodes.judging.fitness import ENOUGH, LAST
from nodes.judging.share import Share
from nodes.state import EditFault, Round

_FAULTS = get_args(EditFault)
_NEARLY_ALL = 0.9


def is_unchanged(round: Round) -> bool:
    """Whether a round's edit is the response itself, letter by letter.

    Both orders are one question then, so its verdicts tell nothing of the judge. An edit that is no
    whole answer, such as an empty one of an empty response, is none.
    """
    is_same = round["edit"]["response"] == round["response"]
    return is_same and round["outcome"] not in _FAULTS


def unchanged_in_words(rounds: int) -> str:
    """Say how many rounds are such."""
    return f"{rounds:,} round{'s' if rounds > 1 else ''} whose edit is the response itself"


class Edits(NamedTuple):
    """Counts over rounds, by which an editor changes responses or not."""

    rounds: int = 0
    unchanged: int = 0
    """Rounds whose edit is the response itself."""
    judged: int = 0
    """Those of them that were judged all the same."""

    def plus(self, other: "Edits") -> "Edits":
        """The counts of both together."""
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
        """The counts as summary.json and status have them; a share of nothing is null."""
        share = Share(self.unchanged, self.rounds).value
        told = {"rounds": self.rounds, "unchanged": self.unchanged, "unchanged_share": share}
        over = f"over {self.rounds:,} rounds, "
        return {**told, "warning": self.in_words and over + self.in_words}


def edit_in(round: Round) -> Edits:
    """Return the counts of one round."""
    same = is_unchanged(round)
    return Edits(1, same, same and bool(round["judgements"]))


class LastEdits:
    """The edits of a run's last rounds, over as many as its judge is looked at."""

    def __init__(self, before: Iterable[Round] = ()) -> None:
        self._edits = deque(map(edit_in, before), maxlen=LAST)

    def add(self, rounds: Iterable[Round]) -> None:
        """Take in further rounds."""
        self._edits.extend(map(edit_in, rounds))

    @property
    def counts(self) -> Edits:
        """All of them together."""
        return reduce(Edits.plus, self._edits, Edits())
