"""The two orders in which a judge sees the responses (section 2.2), and who judged in them."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from nodes.state import Judgement, Round, Verdict
from nodes.unchanged import is_unchanged
from prompts.roles import SEATS, Seat

Order = Literal["judge_original_first", "judge_edited_first"]
"""A judge's node, by which response it shows first."""
ORDERS: tuple[Order, ...] = get_args(Order)


def judgement_of(order: Order, judge: Seat) -> str:
    """Under which name a judgement stands: its node's, with a further judge's number at its end."""
    return order + judge.removeprefix("judge")


_NAMES: dict[Seat, tuple[str, str]] = {
    judge: (judgement_of(ORDERS[0], judge), judgement_of(ORDERS[1], judge)) for judge in SEATS
}
"""The names of a judge's judgements, as ORDERS has them."""
_JUDGES: dict[str, Seat] = {name: judge for judge, names in _NAMES.items() for name in names}


def judge_of(name: str) -> Seat:
    """Whose judgement stands under a name; of a user's own node's the judge's."""
    return _JUDGES.get(name, SEATS[0])


def judges_of(judgements: Mapping[str, Judgement]) -> list[Seat]:
    """Who judged, in either order."""
    return [judge for judge, (one, two) in _NAMES.items() if one in judgements or two in judgements]


def verdicts_by(judge: Seat, round: Round) -> list[Verdict | None]:
    """One judge's verdicts, as ORDERS has them; None in an order in which it was not asked."""
    said = (round["judgements"].get(name) for name in _NAMES[judge])
    return [None if each is None else each["verdict"] for each in said]


def verdicts_of(round: Round) -> tuple[Verdict, Verdict] | None:
    """A round's verdicts in both orders (`verdicts_among`); None also where its edit is unchanged.

    Then there were no two responses between which a winner could change with the order.
    """
    return None if is_unchanged(round) else verdicts_among(round["judgements"])


def verdicts_among(judgements: Mapping[str, Judgement]) -> tuple[Verdict, Verdict] | None:
    """The verdicts in both orders, as ORDERS has them; None unless all were asked in both.

    A panel's verdict in an order is that of its points in it.
    """
    names = [_NAMES[judge] for judge in judges_of(judgements)]
    if not names or any(name not in judgements for each in names for name in each):
        return None
    one, two = ([judgements[name] for name in each] for each in zip(*names, strict=True))
    return _verdict_of(one), _verdict_of(two)


def _verdict_of(said: Sequence[Judgement]) -> Verdict:
    """What judgements of one order come to."""
    verdicts = {each["verdict"] for each in said}
    if len(verdicts) == 1:
        return said[0]["verdict"]
    if verdicts <= {"unparsable", "unfinished"}:
        return "unparsable"
    more = sum(each["edited_score"] - each["original_score"] for each in said)
    return "edited" if more > 0 else "original" if more < 0 else "tie"
