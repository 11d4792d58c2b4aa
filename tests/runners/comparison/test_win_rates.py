"""Win rates, intervals and agreement against worked examples."""

import math

import pytest

from nodes.judging.agreement import kappa_of
from runners.comparison.judged import Judged
from runners.comparison.pairs import Pair
from runners.comparison.win_rates import length_controlled, rates_of
from runners.people.agreement import OUTCOMES, PairOutcome


def judged(outcome: PairOutcome | None, difference: int) -> Judged:
    """A pair whose B is so many characters longer than its A."""
    return Judged(Pair(0, "Do it.", "", "x" * 1000, "y" * (1000 + difference), None), outcome)


def logit(share: float) -> float:
    return math.log(share / (1 - share))


def test_the_rates_of_table_5() -> None:
    counts = zip(OUTCOMES, (14, 28, 8), strict=True)
    outcomes: list[PairOutcome] = [outcome for outcome, count in counts for _ in range(count)]
    human = rates_of(outcomes)
    assert (human.wins, human.ties, human.losses) == (14, 28, 8)
    assert human.win_rate == pytest.approx(0.56)
    assert human.interval is not None
    # By the normal approximation: the standard deviation of the scores is 0.3231.
    half = 1.96 * math.sqrt((14 * 0.44**2 + 28 * 0.06**2 + 8 * 0.56**2) / 50 / 50)
    assert human.interval == pytest.approx((0.56 - half, 0.56 + half), abs=0.011)
    assert human == rates_of(outcomes)


def test_rates_of_next_to_nothing() -> None:
    assert rates_of([]) == (0, 0, 0, None, None)
    assert rates_of(["win"]) == (1, 0, 0, 1.0, None)
    assert rates_of(["win", "win"]) == (2, 0, 0, 1.0, (1.0, 1.0))


def test_the_turns_of_a_conversation_are_resampled_together() -> None:
    """Ten turns that all have their conversation's fate tell no more than one of them."""
    outcomes: list[PairOutcome] = ["win", "win", "win", "tie", "tie", "loss", "loss", "win"]
    ten: list[PairOutcome] = [outcome for outcome in outcomes for _ in range(10)]
    rows = [row for row in range(len(outcomes)) for _ in range(10)]
    assert rates_of(ten, rows).interval == pytest.approx(rates_of(outcomes).interval)
    assert rates_of(ten).interval != pytest.approx(rates_of(outcomes).interval, abs=0.05)
    assert rates_of(["win", "loss"], [7, 7]).interval is None


def test_conversations_of_different_lengths_count_by_their_turns() -> None:
    """One of three wins and one of a single loss: the resampled rate is 3/4, 1 or 0."""
    rates = rates_of(["win", "win", "win", "loss"], [0, 0, 0, 1])
    assert (rates.win_rate, rates.interval) == (0.75, (0.0, 1.0))


def test_length_controlled_by_hand() -> None:
    """Two lengths, as far above as below: two log odds, whose mean is theta."""
    longer = [judged("win", 100)] * 8 + [judged("loss", 100)] * 2
    shorter = [judged("win", -100)] * 3 + [judged("loss", -100)] * 7
    theta = (logit(0.8) + logit(0.3)) / 2
    rate = length_controlled(longer + shorter)
    assert rate == pytest.approx(1 / (1 + math.exp(-theta)))  # 0.567; raw it is 0.55
    ignored = [judged(None, 5000)] * 4
    assert length_controlled([*longer, *shorter, *ignored]) == pytest.approx(rate)


def test_length_controlled_with_ties_by_hand() -> None:
    """A tie counts as half a win: 7 of 10 above, 4 of 10 below."""
    longer = [judged("win", 50)] * 6 + [judged("tie", 50)] * 2 + [judged("loss", 50)] * 2
    shorter = [judged("win", -50)] * 3 + [judged("tie", -50)] * 2 + [judged("loss", -50)] * 5
    theta = (logit(0.7) + logit(0.4)) / 2
    assert length_controlled(longer + shorter) == pytest.approx(1 / (1 + math.exp(-theta)))


def test_a_judge_that_only_likes_length_is_found_out() -> None:
    """The longer one wins nine times in ten, and B mostly is: raw 74%, controlled 50%."""
    pairs = [
        *[judged("win", 300)] * 72, *[judged("loss", 300)] * 8,
        *[judged("win", -300)] * 2, *[judged("loss", -300)] * 18,
    ]  # fmt: skip
    raw = rates_of([each.outcome for each in pairs if each.outcome]).win_rate
    assert raw == pytest.approx(0.74)
    assert length_controlled(pairs) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [judged("win", 10), judged("win", -10), judged("win", 3)],  # nothing but wins
        [judged("win", 10), judged("loss", 10), judged("tie", 10)],  # always as much longer
        [judged("win", 10), judged("win", 20), judged("loss", -10), judged("loss", -20)],
    ],
)
def test_length_that_can_not_be_taken_out(pairs: list[Judged]) -> None:
    assert length_controlled(pairs) is None


def test_kappa_by_hand() -> None:
    """The textbook's table: 35 of 50 agree, 25 would by chance."""
    assert kappa_of([[20, 5], [10, 15]]) == pytest.approx(0.4)
    assert kappa_of([[10, 0, 0], [0, 10, 0], [0, 0, 0]]) == pytest.approx(1)
    assert kappa_of([[0, 5], [5, 0]]) == pytest.approx(-1)
    assert kappa_of([[7, 0], [0, 0]]) is None
    assert kappa_of([[0, 0], [0, 0]]) is None
