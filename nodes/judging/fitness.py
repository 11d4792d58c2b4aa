"""Fitness: whether a judge's verdicts carry information (section 2.2), from their counts."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from nodes.judging.share import Share

VerdictCounts = Mapping[tuple[str, str], int]
"""Number of rounds by their two verdicts (`nodes.state.Verdict`), in the order of ORDERS; ONCE may
be among them."""
ONCE = ("original", "not asked")
"""Of a round that its first order has decided (economy): the original, shown first, was named."""

ENOUGH = 50
"""Fewest rounds judged in both orders after which a judge may be called unfit."""
LAST = 200
"""How many rounds the sliding window holds: enough to tell, and few enough to notice a change
soon."""
_HEALTHY_UNREAD, _HEALTHY_FLIPS, _HEALTHY_PLACE, _HEALTHY_TIES = 0.1, 0.5, 0.75, 0.8
_NEARLY_ALL_ONCE = 0.95
_UNFIT_UNREAD, _UNFIT_FLIPS = 0.9, 0.95


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
    """Of all these rounds and those judged in one order: those that are ONCE."""

    def as_dict(self, unit: str = "rounds") -> dict[str, Any]:
        """The shares, 0 to 1, as summary.json and status show them; null for a share of nothing."""
        return {
            unit: self.rounds,
            "unparsable_share": self.unparsable.value,
            "unfinished_share": self.unfinished.value,
            "flip_share": self.flips.value,
            "tie_share": self.ties.value,
            "first_place_share": self.position.share_first,
            "decided_once": self.once.part,
            "unfit": is_unfit(self),
            "warning": warning_of(self, unit),
        }


class LastVerdicts:
    """The verdicts of the latest rounds judged in both orders."""

    def __init__(self, verdicts: Iterable[tuple[str, str]] = ()) -> None:
        self._verdicts: deque[tuple[str, str]] = deque()
        self._counts: Counter[tuple[str, str]] = Counter()
        for each in verdicts:
            self.add(each)

    def add(self, verdicts: tuple[str, str]) -> None:
        """Add the verdicts of one more round."""
        self._verdicts.append(verdicts)
        self._counts[verdicts] += 1
        if len(self._verdicts) > LAST:
            self._counts[self._verdicts.popleft()] -= 1

    @property
    def fitness(self) -> Fitness:
        """The judge's fitness by these verdicts alone."""
        return fitness_of(self._counts)


def position_bias(verdicts: VerdictCounts) -> Position:
    """Count winners by the place at which they were shown (section 2.2).

    Only rounds judged in both orders count, so a judge without bias has half of its winners at each
    place.
    """
    first = second = 0
    for (original_first, edited_first), rounds in verdicts.items():
        first += rounds * ((original_first == "original") + (edited_first == "edited"))
        second += rounds * ((original_first == "edited") + (edited_first == "original"))
    return Position(first, second)


def fitness_of(verdicts: VerdictCounts) -> Fitness:
    """The fitness that these counts show. Pure."""
    once = verdicts.get(ONCE, 0)
    verdicts = {pair: n for pair, n in verdicts.items() if pair != ONCE}
    rounds = sum(verdicts.values())

    def said(verdict: str) -> Share:
        return Share(sum(n * pair.count(verdict) for pair, n in verdicts.items()), 2 * rounds)

    flips = sum(n for pair, n in verdicts.items() if set(pair) == {"original", "edited"})
    return Fitness(
        rounds,
        said("unparsable"),
        said("unfinished"),
        Share(flips, rounds),
        said("tie"),
        position_bias(verdicts),
        Share(once, once + rounds),
    )


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
    return found + _only_first(fitness.once, unit)


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
    if _only_first(fitness.once):
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


def _only_first(once: Share, unit: str = "rounds") -> list[str]:
    """Say so if nearly all rounds are such that a judge that looks at places would leave.

    It may as well be right about them: nobody has asked it.
    """
    if once.is_above(_HEALTHY_PLACE) and once.part >= _NEARLY_ALL_ONCE * once.whole:
        return [
            f"the judge named the original, shown as Assistant 1, in {_percent(once)} of "
            f"{once.whole:,} {unit}, so --economy asked for no other order (it may be the place "
            "alone)"
        ]
    return []


def _percent(share: Share) -> str:
    return f"{share.part / share.whole:.0%}"
