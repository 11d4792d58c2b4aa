"""Votes: what people said of the pairs, set beside the judge's outcomes (Table 5)."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from runners.comparison import Judged, Outcome
from runners.errors import UsageError
from runners.files import read_rows
from runners.rows import Row
from runners.stores import Location
from runners.win_rates import OUTCOMES, kappa_of


class Vote(NamedTuple):
    """A person's word on one pair."""

    position: int
    outcome: Outcome


def read_votes(path: Location, pairs: int) -> list[Vote]:
    """Read a CSV (or JSON) of `position`, as in compare.csv, and `vote`: win, tie or loss of B.

    A pair may have several votes; a row without one is passed over. Raises UsageError with file,
    row and field.
    """
    votes = [vote for row in read_rows(path) if (vote := _read(row, pairs)) is not None]
    if not votes:
        raise UsageError(f"{path}: holds no vote; write win, tie or loss in the field vote")
    return votes


def _read(row: Row, pairs: int) -> Vote | None:
    for field in ("position", "vote"):
        if field not in row.fields:
            found = ", ".join(row.fields)
            raise UsageError(f"{row.where}, field {field}: missing; fields found: {found}")
    said = str(row.fields["vote"] or "").strip().lower()
    if not said:
        return None
    outcome: Outcome | None = next((each for each in OUTCOMES if each == said), None)
    if outcome is None:
        raise UsageError(f"{row.where}, field vote: {said[:40]!r} is none of {', '.join(OUTCOMES)}")
    position = str(row.fields["position"]).strip()
    if not position.isdecimal() or not int(position) < pairs:
        raise UsageError(
            f"{row.where}, field position: {position[:40]!r} is none of the pairs 0 to {pairs - 1}"
        )
    return Vote(int(position), outcome)


def beside(votes: Sequence[Vote], judged: Sequence[Judged]) -> dict[str, Any]:
    """Set votes beside the judge's outcomes of the same pairs; pairs that failed are left out."""
    outcomes = {each.pair.position: each.outcome for each in judged}
    both = [(said, vote.outcome) for vote in votes if (said := outcomes[vote.position]) is not None]
    table = Counter(both)
    counts = [[table[judge, human] for human in OUTCOMES] for judge in OUTCOMES]
    agreed = sum(table[outcome, outcome] for outcome in OUTCOMES)
    return {
        "votes": len(both),
        "human": {outcome: sum(table[j, outcome] for j in OUTCOMES) for outcome in OUTCOMES},
        "judge": {outcome: sum(table[outcome, h] for h in OUTCOMES) for outcome in OUTCOMES},
        "agreement": agreed / len(both) if both else None,
        "kappa": kappa_of(counts),
        "table": [
            {"judge": judge, "human": human, "votes": table[judge, human]}
            for judge in OUTCOMES
            for human in OUTCOMES
        ],
    }
