"""Votes: people's opinions on the pairs, beside the judge's outcomes (Table 5)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from runners.comparison.judged import Judged
from runners.comparison.pairs import Pair, Place
from runners.data.rows import Row
from runners.data.sources import read_rows
from runners.data.stores import Location
from runners.errors import UsageError
from runners.people.agreement import OUTCOMES, PairOutcome, People, people_of


class Vote(NamedTuple):
    """A person's opinion on one pair."""

    place: Place
    outcome: PairOutcome


def read_votes(path: Location, pairs: Sequence[Pair]) -> list[Vote]:
    """Read a CSV or JSON file with `position`, `turn` and `vote` (win, tie or loss of B).

    Position and turn are those of compare.csv; rows without conversations need no turn. A pair may
    have several votes; a row without a vote is skipped. Raises UsageError with file, row and field.
    """
    is_by_turns = any(pair.turn is not None for pair in pairs)
    fields = ("position", "turn") if is_by_turns else ("position",)
    places = {tuple(str(getattr(pair, each)) for each in fields): pair.place for pair in pairs}
    votes = [vote for row in read_rows(path) if (vote := _read(row, fields, places)) is not None]
    if not votes:
        raise UsageError(f"{path}: holds no vote; write win, tie or loss in the field vote")
    return votes


def _read(
    row: Row, fields: tuple[str, ...], places: Mapping[tuple[str, ...], Place]
) -> Vote | None:
    """Read a vote; `places` maps the values of `fields` to pairs."""
    for field in (*fields, "vote"):
        if field not in row.fields:
            found = ", ".join(row.fields)
            raise UsageError(f"{row.where}, field {field}: missing; fields found: {found}")
    said = str(row.fields["vote"] or "").strip().lower()
    if not said:
        return None
    outcome: PairOutcome | None = next((each for each in OUTCOMES if each == said), None)
    if outcome is None:
        raise UsageError(f"{row.where}, field vote: {said[:40]!r} is none of {', '.join(OUTCOMES)}")
    told = tuple(str(row.fields[field]).strip() for field in fields)
    if told not in places:
        shown = ", ".join(each[:40] for each in told)
        raise UsageError(
            f"{row.where}, field {' and '.join(fields)}: {shown!r} is none of the pairs compared"
        )
    return Vote(places[told], outcome)


def beside(votes: Sequence[Vote], judged: Sequence[Judged]) -> People:
    """Compare votes with the judge's outcomes of the same pairs; failed pairs are left out."""
    outcomes: dict[Place, PairOutcome | None] = {each.pair.place: each.outcome for each in judged}
    both: list[tuple[PairOutcome, PairOutcome]] = [
        (said, vote.outcome) for vote in votes if (said := outcomes[vote.place]) is not None
    ]
    return people_of(both)
