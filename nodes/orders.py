"""The two orders in which a judge sees the responses (section 2.2), and who judged in them."""

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Literal, get_args

from nodes.judging.fitness import NOT_ASKED, RoundVerdicts, VerdictPair
from nodes.state import Judgement, Round, Verdict
from nodes.unchanged import is_unchanged
from prompts.roles import SEATS, Seat

Order = Literal["judge_original_first", "judge_edited_first"]
"""A judge's node, named after the response that it shows first."""
ORDERS: tuple[Order, ...] = get_args(Order)


def judgement_of(order: Order, judge: Seat) -> str:
    """Return the name of a judgement: its node's, with `_2` and so on for further judges."""
    return order + judge.removeprefix("judge")


_NAMES: dict[Seat, tuple[str, str]] = {
    judge: (judgement_of(ORDERS[0], judge), judgement_of(ORDERS[1], judge)) for judge in SEATS
}
"""The names of each judge's two judgements, in the order of ORDERS."""
_JUDGES: dict[str, Seat] = {name: judge for judge, names in _NAMES.items() for name in names}


def judge_of(name: str) -> Seat:
    """Return whose judgement has a name; `judge` if it is the name of a user's own node."""
    return _JUDGES.get(name, SEATS[0])


def judges_of(judgements: Mapping[str, Judgement]) -> list[Seat]:
    """Return the judges of which there is a judgement, in either order."""
    return [judge for judge, (one, two) in _NAMES.items() if one in judgements or two in judgements]


def verdicts_by(judge: Seat, round: Round) -> list[Verdict | None]:
    """Return a judge's verdicts, in the order of ORDERS; None for an order it was not asked in."""
    said = (round["judgements"].get(name) for name in _NAMES[judge])
    return [None if each is None else each["verdict"] for each in said]


def verdicts_of(round: Round) -> tuple[Verdict, Verdict] | None:
    """Return a round's verdicts as `verdicts_among` does; None, too, if its edit is unchanged.

    Of two equal responses no winner can change with the order.
    """
    return None if is_unchanged(round) else verdicts_among(round["judgements"])


def fitness_verdicts_of(round: Round) -> RoundVerdicts | None:
    """Return the verdicts by which a judge's fitness is counted.

    Those of `verdicts_of`, or that of the first order and NOT_ASKED where it decided the round.
    None for a round that tells nothing of the judge.
    """
    if is_unchanged(round):
        return None
    judgements = round["judgements"]
    first = [judgements[one] for one, _ in _NAMES.values() if one in judgements]
    is_alone = bool(first) and len(first) == len(judgements)
    pair = (_verdict_of(first), NOT_ASKED) if is_alone else verdicts_among(judgements)
    return None if pair is None else RoundVerdicts(pair, _by_judge(round))


def _by_judge(round: Round) -> tuple[VerdictPair, ...]:
    """Return each judge's verdicts; none for a single judge, whose are the round's."""
    judges = judges_of(round["judgements"])
    said = (verdicts_by(judge, round) for judge in judges if len(judges) > 1)
    return tuple((one, two or NOT_ASKED) for one, two in said if one is not None)


def verdicts_among(judgements: Mapping[str, Judgement]) -> tuple[Verdict, Verdict] | None:
    """Return the verdicts in the order of ORDERS; None unless every judge was asked in both.

    A panel's verdict in an order is the one that its judges agree on, else that of their points.
    """
    names = [_NAMES[judge] for judge in judges_of(judgements)]
    if not names or any(name not in judgements for each in names for name in each):
        return None
    one, two = ([judgements[name] for name in each] for each in zip(*names, strict=True))
    return _verdict_of(one), _verdict_of(two)


def _verdict_of(said: Sequence[Judgement]) -> Verdict:
    """Return a panel's verdict in one order."""
    verdicts = {each["verdict"] for each in said}
    if len(verdicts) == 1:
        return said[0]["verdict"]
    if verdicts <= {"unparsable", "unfinished"}:
        return "unparsable"
    more = fsum(point for each in said for point in (each["edited_score"], -each["original_score"]))
    return "edited" if more > 0 else "original" if more < 0 else "tie"
