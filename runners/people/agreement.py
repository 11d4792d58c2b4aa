"""Agreement: people's votes on pairs of responses beside a judge's outcomes (Table 5)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from nodes.judging.agreement import kappa_of

PairOutcome = Literal["win", "tie", "loss"]
"""The outcome of a pair for side B, which in a run is the edit."""
OUTCOMES: tuple[PairOutcome, ...] = ("win", "tie", "loss")


class VoteCell(BaseModel):
    """Number of votes with this outcome of the judge's and this one of a person's."""

    model_config = ConfigDict(extra="forbid")

    judge: PairOutcome
    human: PairOutcome
    votes: int


class People(BaseModel):
    """People's votes beside the judge's outcomes of the same pairs (Table 5)."""

    model_config = ConfigDict(extra="forbid")

    votes: int
    human: dict[PairOutcome, int]
    judge: dict[PairOutcome, int]
    agreement: float | None
    """Share of the votes that the judge agrees with; None without any."""
    kappa: float | None
    """Cohen's kappa; None if chance alone would always agree."""
    win_rate: float | None = None
    """B's win rate by people: wins and half of the ties; None without votes, and in older
    reports."""
    judge_win_rate: float | None = None
    """The same by the judge, for the same votes."""
    table: list[VoteCell]


def people_of(said: Iterable[tuple[PairOutcome, PairOutcome]]) -> People:
    """Count pairs of outcomes, each the judge's and then a person's."""
    table = Counter(said)
    votes = table.total()
    counts = [[table[judge, human] for human in OUTCOMES] for judge in OUTCOMES]
    agreed = sum(table[outcome, outcome] for outcome in OUTCOMES)
    by_human: dict[PairOutcome, int] = {
        outcome: sum(table[judge, outcome] for judge in OUTCOMES) for outcome in OUTCOMES
    }
    by_judge: dict[PairOutcome, int] = {
        outcome: sum(table[outcome, human] for human in OUTCOMES) for outcome in OUTCOMES
    }
    return People(
        votes=votes,
        human=by_human,
        judge=by_judge,
        agreement=agreed / votes if votes else None,
        kappa=kappa_of(counts),
        win_rate=_win_rate(by_human),
        judge_win_rate=_win_rate(by_judge),
        table=[
            VoteCell(judge=judge, human=human, votes=table[judge, human])
            for judge in OUTCOMES
            for human in OUTCOMES
        ],
    )


def _win_rate(counts: Mapping[PairOutcome, int]) -> float | None:
    votes = sum(counts.values())
    return (counts["win"] + counts["tie"] / 2) / votes if votes else None
