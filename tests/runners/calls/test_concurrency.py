"""The limit on calls in flight, and the share of refusals that lowers it."""

import pytest

from runners.calls.concurrency import ConcurrencyLimit
from runners.calls.refusals import Refusals
from runners.calls.speed import Cause, Speed


def test_calls_that_were_in_flight_together_are_one_lesson() -> None:
    speed = Speed(1, 64)
    told = [speed.refused(1.0 + number / 100, 2.0, Cause.LOAD) for number in range(30)]
    assert told == [False] * 7 + [True] * 23
    assert speed.size == 32
    for _ in range(8):
        speed.refused(2.5, 3.0, Cause.LOAD)
    assert speed.size == 16


def test_a_rate_that_is_refused_leaves_the_limit_alone() -> None:
    speed = Speed(1, 64)
    for _ in range(20):
        speed.started(10.0, tokens=0)
    speed.answered(10.1, 10.2, in_flight=20, expected=0, tokens=0)
    for _ in range(10):
        speed.refused(10.0, 11.0, Cause.RATE)
    assert speed.size == 64
    assert speed.delay(11.0) > 0


def test_refusals_of_the_rate_although_nothing_is_taken_are_of_the_number() -> None:
    speed = Speed(1, 64)
    speed.answered(9.8, 9.9, in_flight=1, expected=0, tokens=0)
    for tenth in range(20):
        started = 10 + tenth / 10
        speed.started(started, tokens=0)
        speed.refused(started, started + 0.05, Cause.RATE)
    assert speed.size < 64


def test_the_limit_grows_by_one_for_a_full_round_of_answers() -> None:
    limit = ConcurrencyLimit(1, 64, start=4)
    for _ in range(5):
        limit.accepted(in_flight=4)
    assert limit.size == 5
    for _ in range(50):
        limit.accepted(in_flight=2)  # nobody waits for more
    assert limit.size == 5


def test_the_limit_is_found_again_fast_after_an_outage() -> None:
    limit = ConcurrencyLimit(1, 64)
    for _ in range(10):
        limit.lower()
    assert limit.size == 1
    for _ in range(31):
        limit.accepted(in_flight=limit.size)
    assert limit.size == 32  # half of what worked before
    limit.accepted(in_flight=32)
    assert limit.size == 32


def test_what_was_too_many_for_minutes_is_tried_again_slowly() -> None:
    limit = ConcurrencyLimit(1, 8)
    limit.lower(to_stay=True)
    for _ in range(4 + 5 + 6 + 4):
        limit.accepted(in_flight=limit.size)
    assert limit.size == 7
    for _ in range(10 * 7):
        limit.accepted(in_flight=limit.size)
    assert limit.size == 7


def test_the_limit_stays_between_its_bounds() -> None:
    limit = ConcurrencyLimit(3, 10)
    for _ in range(10):
        limit.lower()
    assert limit.size == 3
    for _ in range(1000):
        limit.accepted(in_flight=10)
    assert limit.size == 10


def test_what_is_a_flood() -> None:
    refusals = Refusals(60, 40)
    for number in range(200):
        refusals.count(refused=number % 10 == 0)
        assert not refusals.is_flood
    for number in range(60):
        refusals.count(refused=number % 3 == 0)
    assert refusals.is_flood
    refusals.forget()
    for _ in range(7):
        refusals.count(refused=True)
        assert not refusals.is_flood
    refusals.count(refused=True)
    assert refusals.is_flood


def tell(speed: Speed, since: float, seconds: float, share: float, cause: Cause) -> None:
    """Tell of calls that an endpoint answers at once, or refuses: that share, however many come."""
    now, calls, refused = since, 0, 0.0
    while now < since + seconds:
        now += max(speed.delay(now), 1 / (10 * speed.size))
        speed.started(now, tokens=0)
        calls, refused = calls + 1, refused + share
        if refused >= 1:
            refused -= 1
            speed.refused(now, now, cause)
        else:
            speed.answered(now, now, speed.size, 0, 0)


@pytest.mark.parametrize("cause", [Cause.RATE, Cause.LOAD])
def test_to_go_slower_is_undone_where_it_is_of_no_use(cause: Cause) -> None:
    speed = Speed(1, 32)
    tell(speed, 10.0, 60.0, 0.5, cause)
    assert speed.size == 32
    assert speed.delay(70.0) < 0.01


def test_each_trial_that_is_in_vain_again_is_longer_in_coming() -> None:
    speed, sizes = Speed(1, 32), list[tuple[int, int]]()
    for second in range(100):
        tell(speed, 10.0 + second, 1.0, 0.5, Cause.LOAD)
        sizes.append((second, speed.size))
    lowered = [second for second, size in sizes if size < 32]
    assert len(lowered) < 10


def test_after_a_trial_in_vain_an_endpoint_that_answers_nothing_is_still_heard() -> None:
    speed = Speed(1, 32)
    tell(speed, 10.0, 3.0, 0.5, Cause.LOAD)
    assert speed.size == 32
    told = [speed.refused(13.5 + n / 1000, 14.0, Cause.LOAD) for n in range(60)]
    assert not told[10]
    assert told[-1]
    assert speed.size == 16
