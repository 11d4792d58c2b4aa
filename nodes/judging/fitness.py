"""Fitness: whether a judge's verdicts carry information (section 2.2), from counts of them."""

from collections.abc import Mapping
from typing import NamedTuple

Verdicts = Mapping[tuple[str, str], int]
"""Rounds by both verdicts (`nodes.state.Verdict`), the order with the original first first."""

ENOUGH = 50
"""Rounds judged in both orders before anything is said: fewer tell too little."""
_HEALTHY_UNPARSABLE, _HEALTHY_FLIPS, _HEALTHY_PLACE, _HEALTHY_TIES = 0.1, 0.5, 0.75, 0.8
_UNFIT_UNPARSABLE, _UNFIT_FLIPS = 0.9, 0.95


class Position(NamedTuple):
    """Judgements that named a winner, by the place at which it was shown."""

    first: int
    second: int

    @property
    def share_first(self) -> float | None:
        """Share won by the response shown first: 0.5 without bias, None if nobody won."""
        named = self.first + self.second
        return self.first / named if named else None


class Fitness(NamedTuple):
    """Shares, 0 to 1, by which a judge is healthy or not."""

    rounds: int
    """Rounds judged in both orders."""
    unparsable: float
    """Share of the judgements that state no verdict."""
    flips: float
    """Share of the rounds in which original and edited trade places with the order."""
    ties: float
    """Share of the judgements that name nobody although they can be read."""
    position: Position


def position_bias(verdicts: Verdicts) -> Position:
    """Count winners by place over the rounds judged in both orders (section 2.2).

    Both orders are asked of the same pair, so that a judge without bias has half of its winners at
    each place.
    """
    first = second = 0
    for (original_first, edited_first), rounds in verdicts.items():
        first += rounds * ((original_first == "original") + (edited_first == "edited"))
        second += rounds * ((original_first == "edited") + (edited_first == "original"))
    return Position(first, second)


def fitness_of(verdicts: Verdicts) -> Fitness | None:
    """The shares of these verdicts; None while fewer than `ENOUGH` rounds are judged. Pure."""
    rounds = sum(verdicts.values())
    if rounds < ENOUGH:
        return None
    said = {
        verdict: sum(count * pair.count(verdict) for pair, count in verdicts.items())
        for verdict in ("unparsable", "tie")
    }
    flips = sum(count for pair, count in verdicts.items() if set(pair) == {"original", "edited"})
    shares = (said["unparsable"] / (2 * rounds), flips / rounds, said["tie"] / (2 * rounds))
    return Fitness(rounds, *shares, position_bias(verdicts))


def complaints(fitness: Fitness) -> list[str]:
    """What is unhealthy about a judge, a sentence each, gravest first; none of a healthy one."""
    found: list[str] = []
    if fitness.unparsable > _HEALTHY_UNPARSABLE:
        share = f"{fitness.unparsable:.0%}"
        found.append(f"{share} of the judge's answers state no verdict that can be read")
    if (place := _favourite(fitness.position)) is not None:
        found.append(place)
    if fitness.flips > _HEALTHY_FLIPS:
        found.append(f"the judge's winner changes with the order in {fitness.flips:.0%} of rounds")
    if fitness.ties > _HEALTHY_TIES:
        found.append(f"the judge calls {fitness.ties:.0%} of pairs equal")
    return found


def is_unfit(fitness: Fitness) -> bool:
    """Tell whether nearly all that the judge says is without information."""
    return fitness.unparsable >= _UNFIT_UNPARSABLE or fitness.flips >= _UNFIT_FLIPS


def _favourite(position: Position) -> str | None:
    """Say so if one place wins nearly always, whatever stands there."""
    share = position.share_first
    if share is None or 1 - _HEALTHY_PLACE <= share <= _HEALTHY_PLACE:
        return None
    name, part = ("Assistant 1", share) if share > 0.5 else ("Assistant 2", 1 - share)
    return f"the judge named {name} in {part:.0%} of its verdicts, whatever stood there"
