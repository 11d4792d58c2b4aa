"""Fitness: whether a judge's verdicts carry information (section 2.2), from their counts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from nodes.judging.share import Share

VerdictPair = tuple[str, str]
"""A judge's verdicts (`nodes.state.Verdict`) in the order of ORDERS; NOT_ASKED may be second."""
VerdictCounts = Mapping[VerdictPair, int]
"""Number of rounds by their two verdicts."""
NOT_ASKED = "not asked"
"""In place of the second verdict where the round was decided without it (economy)."""
ONCE: VerdictPair = ("original", NOT_ASKED)
"""Of a round judged in its first order alone: the original, shown first, was named."""
_FIRST_IN_BOTH: VerdictPair = ("original", "edited")

ENOUGH = 50
"""Fewest rounds judged in both orders after which a judge may be called unfit."""
LAST = 200
"""How many rounds the sliding window holds: enough to tell, and few enough to notice a change
soon."""
_HEALTHY_UNREAD, _HEALTHY_FLIPS, _HEALTHY_PLACE, _HEALTHY_TIES = 0.1, 0.5, 0.75, 0.8
_NEARLY_ALL_FIRST = 0.95
_UNFIT_UNREAD, _UNFIT_FLIPS = 0.9, 0.95


class RoundVerdicts(NamedTuple):
    """What a round tells of its judge, or panel."""

    pair: VerdictPair
    """The verdicts that decided the round; a panel's are those of its sum."""
    by_judge: tuple[VerdictPair, ...] = ()
    """Those of each judge of a panel; empty for a single judge."""


class Position(NamedTuple):
    """Judgements that named a winner, counted by the place at which it was shown."""

    first: int
    second: int

    @property
    def share_first(self) -> float | None:
        """Share won by the response shown first: 0.5 without bias; None without a winner."""
        return Share(self.first, self.first + self.second).value


class Fitness(NamedTuple):
    """Counts over the rounds judged in both orders, from which a judge's health is told."""

    rounds: int
    """Rounds judged in both orders; each has two judgements."""
    unparsable: Share
    """Judgements that state no verdict."""
    unfinished: Share
    """Judgements that ended during the thinking, before any verdict."""
    flips: Share
    """Rounds whose winner changes with the order."""
    ties: Share
    """Judgements that can be read and prefer neither response."""
    position: Position
    once: Share
    """Of all these rounds and those judged in one order alone: those that are ONCE."""
    first_throughout: Share
    """Of the same: those in which the first place won in every order that was asked for."""

    def as_dict(self, unit: str = "rounds") -> dict[str, Any]:
        """The shares, 0 to 1, as summary.json and status show them; null for a share of nothing."""
        return {
            unit: self.rounds,
            "unparsable_share": self.unparsable.value,
            "unfinished_share": self.unfinished.value,
            "flip_share": self.flips.value,
            "tie_share": self.ties.value,
            "first_place_share": self.position.share_first,
            **({"decided_once": self.once.part} if self.once.part else {}),
            "unfit": is_unfit(self),
            "warning": warning_of(self, unit),
        }


def position_bias(verdicts: VerdictCounts) -> Position:
    """Count winners by the place at which they were shown (section 2.2).

    Only rounds judged in both orders count, so a judge without bias has half of its winners at each
    place.
    """
    first = second = 0
    for (original_first, edited_first), rounds in _in_both(verdicts).items():
        first += rounds * ((original_first == "original") + (edited_first == "edited"))
        second += rounds * ((original_first == "edited") + (edited_first == "original"))
    return Position(first, second)


def fitness_of(verdicts: VerdictCounts, by_judge: VerdictCounts | None = None) -> Fitness:
    """The fitness that these counts show. Pure.

    `by_judge` are the verdicts of all judges of a panel: its position is that of their judgements,
    because a sum of points names no place.
    """
    once, total = verdicts.get(ONCE, 0), sum(verdicts.values())
    judged = _in_both(verdicts)
    rounds = sum(judged.values())

    def said(verdict: str) -> Share:
        return Share(sum(n * pair.count(verdict) for pair, n in judged.items()), 2 * rounds)

    flips = sum(n for pair, n in judged.items() if set(pair) == {"original", "edited"})
    return Fitness(
        rounds,
        said("unparsable"),
        said("unfinished"),
        Share(flips, rounds),
        said("tie"),
        position_bias(by_judge or judged),
        Share(once, total),
        Share(once + verdicts.get(_FIRST_IN_BOTH, 0), total),
    )


def fitness_in(rounds: Iterable[RoundVerdicts]) -> Fitness:
    """The fitness that some rounds show, a panel's by all of its judges. Pure."""
    told = list(rounds)
    pairs = Counter(each.pair for each in told)
    return fitness_of(pairs, Counter(pair for each in told for pair in each.by_judge))


def _in_both(verdicts: VerdictCounts) -> VerdictCounts:
    """Those of rounds judged in both orders."""
    return {pair: n for pair, n in verdicts.items() if NOT_ASKED not in pair}


def complaints(fitness: Fitness, unit: str = "rounds") -> list[str]:
    """What is wrong with a judge, one sentence each, gravest first; empty for a healthy judge.

    A share is reported only if chance does not explain it: its 95% interval excludes healthy
    values.
    """
    found: list[str] = []
    if fitness.unparsable.is_above(_HEALTHY_UNREAD):
        share = _percent(fitness.unparsable)
        found.append(f"{share} of the judge's answers state no verdict that can be read")
    if fitness.unfinished.is_above(_HEALTHY_UNREAD):
        share = _percent(fitness.unfinished)
        found.append(f"{share} of the judge's answers never came after the thinking")
    if (place := _favourite(fitness.position)) is not None:
        found.append(place)
    if fitness.flips.is_above(_HEALTHY_FLIPS):
        share = _percent(fitness.flips)
        found.append(f"the judge's winner changes with the order in {share} of {unit}")
    if fitness.ties.is_above(_HEALTHY_TIES):
        found.append(f"the judge calls the two equal in {_percent(fitness.ties)} of its answers")
    return found + _only_first(fitness, unit)


def is_unfit(fitness: Fitness) -> bool:
    """Whether the verdicts carry almost no information, over at least ENOUGH rounds."""
    unread = fitness.unparsable.part + fitness.unfinished.part
    return fitness.rounds >= ENOUGH and (
        unread >= _UNFIT_UNREAD * fitness.unparsable.whole
        or fitness.flips.part >= _UNFIT_FLIPS * fitness.rounds
    )


def warning_of(fitness: Fitness, unit: str = "rounds") -> str | None:
    """A warning about the judge and what to do about it; None for a healthy judge."""
    found = complaints(fitness, unit)
    if not found:
        return None
    weight = "its verdicts carry no information; " if is_unfit(fitness) else ""
    rounds = fitness.rounds or fitness.once.whole
    over = f"over {rounds:,} {unit if rounds > 1 else unit[:-1]}"
    return f"{over}, {', and '.join(found)}: {weight}{_advice(fitness)}"


def _advice(fitness: Fitness) -> str:
    """What to do about the gravest complaint."""
    if fitness.unparsable.is_above(_HEALTHY_UNREAD):
        return (
            "read some of them, then try coevol calibrate, another --judge-model, --judge-mode or "
            "--prompt-pack"
        )
    if fitness.unfinished.is_above(_HEALTHY_UNREAD):
        return "raise --set judge.max_tokens=N, or try another --judge-model"
    if _only_first(fitness):
        return "try coevol calibrate, or some rows without --economy"
    return "try coevol calibrate, another --judge-model or --judge-mode"


def _favourite(position: Position) -> str | None:
    """A complaint if one place wins nearly always, else None."""
    named = position.first + position.second
    for name, wins in (("Assistant 1", position.first), ("Assistant 2", position.second)):
        share = Share(wins, named)
        if share.is_above(_HEALTHY_PLACE):
            return (
                f"the judge named {name} in {_percent(share)} of its verdicts, whatever stood there"
            )
    return None


def _only_first(fitness: Fitness, unit: str = "rounds") -> list[str]:
    """Say so if a judge named the first place in nearly all rounds, most of them in one order.

    It may as well be right about those: nobody has asked it for the other one.
    """
    found, once = fitness.first_throughout, fitness.once.part
    if not once or _favourite(fitness.position) is not None:
        return []
    if found.is_above(_HEALTHY_PLACE) and found.part >= _NEARLY_ALL_FIRST * found.whole:
        return [
            f"the judge named Assistant 1 wherever it was asked in {_percent(found)} of "
            f"{found.whole:,} {unit} (in {once:,} of them --economy asked for one order alone, "
            "with the original there: it may be right, or go by the place)"
        ]
    return []


def _percent(share: Share) -> str:
    return f"{share.part / share.whole:.0%}"
