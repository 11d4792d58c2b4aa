"""How fast calls go to endpoints that refuse some, on a virtual clock.

Rates are answers a second. 32 calls that take a twentieth of a second make 640.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.runners.calls.behaviours import (
    asking_at_once,
    away,
    full,
    limited,
    queueing,
    scattered,
)
from tests.runners.calls.simulation import Behaviour, Outcome, simulate
from tests.support.virtual_time import virtual_time

CLEAN = 640
Simulate = Callable[..., Outcome]


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Simulate:
    """Simulate the endpoint that a function makes: `simulated(limited, 20, run_for=60)`."""

    def do(
        make: Callable[..., Behaviour],
        *arguments: Any,
        run_for: float = 20,
        concurrency: int = 32,
        retries: dict[str, Any] | None = None,
        **more: Any,
    ) -> Outcome:
        async def run() -> Outcome:
            behaviour = make(*arguments, **more)
            return await simulate(behaviour, run_for, concurrency, **(retries or {}))

        with virtual_time(monkeypatch) as runs:
            return runs(run())

    return do


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("status", [503, 529, 429])
def test_scattered_refusals_cost_next_to_nothing(
    simulated: Simulate, share: float, status: int
) -> None:
    outcome = simulated(scattered, share, status, run_for=8)
    assert outcome.rate(2, 8) >= 0.95 * CLEAN
    assert len(outcome.refused) > 0.5 * share * len(outcome.answered)
    assert outcome.failed == 0


@pytest.mark.parametrize("status", [429, 503, 529])
def test_half_of_the_calls_refused_cost_time_and_no_row(simulated: Simulate, status: int) -> None:
    # 256 rows whose calls wait after each refusal: that is what holds them up.
    outcome = simulated(scattered, 0.5, status)
    assert outcome.rate(2, 20) > 400
    assert outcome.rate(10, 20) > 0.6 * outcome.rate(2, 10)
    assert (outcome.failed, outcome.stopped) == (0, None)


@pytest.mark.parametrize(("share", "least"), [(0.7, 120), (0.9, 15)])
def test_chance_refusals_of_most_calls_do_not_stop_the_others(
    simulated: Simulate, share: float, least: float
) -> None:
    outcome = simulated(scattered, share, 429)
    assert outcome.rate(10, 20) > least  # 5 and 0.2 where each refusal slows the run
    assert (outcome.failed, outcome.stopped) == (0, None)


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}])
def test_a_limit_on_the_rate_is_found_and_made_use_of(
    simulated: Simulate, headers: dict[str, str]
) -> None:
    outcome = simulated(limited, 20, run_for=60, concurrency=64, **headers)
    assert outcome.rate(10, 60) >= 0.95 * 20
    assert len([moment for moment in outcome.refused if moment > 10]) <= 0.05 * 20 * 50
    assert outcome.failed == 0


@pytest.mark.parametrize(("status", "share"), [(503, 0.8), (429, 0.5)])
@pytest.mark.parametrize("seconds", [0.5, 10.0])
def test_a_full_endpoint_is_kept_busy(
    simulated: Simulate, status: int, share: float, seconds: float
) -> None:
    outcome = simulated(full, 4, status, seconds, run_for=200 * seconds)
    assert outcome.rate(40 * seconds, 200 * seconds) >= share * 4 / seconds
    assert outcome.failed == 0


@pytest.mark.parametrize("timeout", [2.5, 5.0])
def test_calls_that_wait_behind_each_other_are_sent_more_slowly(
    simulated: Simulate, timeout: float
) -> None:
    outcome = simulated(queueing, 1, 1.0, run_for=300, retries={"timeout": timeout})
    assert outcome.rate(100, 300) >= 0.9
    assert outcome.late < 120
    assert outcome.failed == 0
    (warning,) = outcome.warnings
    assert "32 in flight are too many" in warning
    assert "--concurrency" in warning


def test_after_an_outage_the_speed_is_back_at_once(simulated: Simulate) -> None:
    outcome = simulated(away, 5, 10, run_for=20)
    assert outcome.rate(5.2, 10) == 0
    assert outcome.rate(15, 20) >= 0.95 * CLEAN
    # Each of 256 rows learns of it twice at most; then it is tried ever more seldom.
    assert len(outcome.refused) < 2 * 256
    assert outcome.failed == 0


def test_who_may_come_again_at_once_comes_ever_more_slowly(simulated: Simulate) -> None:
    outcome = simulated(asking_at_once, 5.0, run_for=25)
    assert len(outcome.refused) < 500  # 2,950 where the endpoint is taken at its word
    assert outcome.rate(15, 25) >= 0.8 * CLEAN
    assert outcome.failed == 0
