"""The rate, by times that the tests give: what refusals teach, and what they do not."""

import pytest

from runners.calls.rate import Rate


def start_calls(rate: Rate, count: int, second: float) -> None:
    for _ in range(count):
        rate.started(second, tokens=0)


def test_nothing_is_limited_at_first() -> None:
    rate = Rate()
    start_calls(rate, 100, 1.0)
    assert rate.rate(1.0) is None
    assert rate.delay(1.0) == 0


def test_requests_a_minute_are_spaced_evenly() -> None:
    rate = Rate(rpm=120)
    start_calls(rate, 3, 10.0)
    assert rate.delay(10.0) == pytest.approx(1.5)
    assert rate.delay(11.5) == 0


def test_tokens_a_minute_count_what_was_really_used() -> None:
    rate = Rate(tpm=6000)
    rate.started(10.0, tokens=500)
    assert rate.delay(10.0) == pytest.approx(5)
    rate.used(expected=500, tokens=200)
    assert rate.delay(10.0) == pytest.approx(2)


def test_a_flood_teaches_the_rate_that_is_taken() -> None:
    rate = Rate()
    start_calls(rate, 50, 10.2)
    for _ in range(30):
        rate.refused(10.2)
        rate.learn(11.0, flood=True)
    assert rate.rate(11.0) == pytest.approx(0.9 * 49)  # known at the first refusal
    start_calls(rate, 1, 12.0)
    rate.refused(12.0)
    rate.learn(12.1, flood=True)
    assert rate.rate(12.1) == pytest.approx(0.9 * 20)
    assert rate.rate(14.1) == pytest.approx(0.97 * 20)
    later = rate.rate(60.0)
    assert later is not None
    assert later > 30  # nothing refused for long: it has gone far beyond


def test_a_second_that_has_just_begun_teaches_nothing() -> None:
    rate = Rate()
    start_calls(rate, 16, 10.0)
    start_calls(rate, 16, 10.0)
    for _ in range(16):
        rate.refused(10.0)
    assert rate.learn(10.01, flood=True)
    assert rate.rate(10.01) is None  # 16 in a hundredth of a second are not 16 a second


def test_what_was_learned_in_vain_is_forgotten() -> None:
    rate = Rate()
    start_calls(rate, 4, 10.0)
    rate.refused(10.0)
    rate.learn(11.0, flood=True)
    start_calls(rate, 1, 11.0)
    assert rate.delay(11.0) > 0
    rate.forget()
    assert (rate.rate(11.0), rate.delay(11.0)) == (None, 0)


def test_single_refusals_teach_nothing_and_slow_nothing_down_without_end() -> None:
    rate = Rate()
    start_calls(rate, 50, 10.0)
    rate.refused(10.0)
    rate.learn(10.5, flood=False)
    assert rate.rate(10.5) is None
    rate.refused(10.0)
    rate.learn(11.0, flood=True)
    for second in range(12, 40):
        start_calls(rate, 1, float(second))
        rate.refused(float(second))
        rate.learn(second + 1.0, flood=False)
    rate = rate.rate(40.0)
    assert rate is not None
    assert rate >= 0.9 * 24


def test_an_endpoint_that_is_away_teaches_no_rate() -> None:
    rate = Rate()
    for second in range(10, 30):
        start_calls(rate, 1, float(second))
        rate.refused(float(second))
        rate.learn(second + 1.1, flood=True)
    assert rate.rate(30.0) is None


def test_a_rate_that_was_learned_too_low_is_soon_forgotten() -> None:
    rate = Rate()
    start_calls(rate, 2, 10.0)
    rate.refused(10.0)
    rate.learn(11.0, flood=True)
    low, later = rate.rate(20.0), rate.rate(90.0)
    assert low is not None
    assert low < 1.5
    assert later is not None
    assert later > 500
    assert rate.rate(1e6)  # a day without a refusal
