"""The gate: who gets through, when, and what happens when the endpoint is gone."""

import asyncio
import logging
import re
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from runners.calls.gate import Gate
from runners.calls.speed import Cause, Speed
from runners.calls.unanswered import Unanswered
from runners.errors import RunError, Stopped


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def make_gate(on_give_up: Callable[[RunError], None] | None = None) -> Gate:
    return Gate(Speed(1, 2), give_up_after=60.0, on_give_up=on_give_up)


async def test_calls_go_through_in_the_order_of_asking() -> None:
    gate, order = make_gate(), list[int]()

    async def call(number: int) -> None:
        await gate.enter()
        order.append(number)
        await asyncio.sleep(0)
        gate.leave()

    await asyncio.gather(*(call(number) for number in range(9)))
    assert order == list(range(9))
    assert gate.in_flight == 0


async def test_who_gives_up_waiting_takes_no_place() -> None:
    gate = make_gate()
    await gate.enter()
    await gate.enter()
    waiting = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    waiting.cancel()
    gate.leave()
    await gate.enter()
    assert gate.in_flight == 2


async def test_a_closed_gate_gives_its_reason_to_all() -> None:
    gate, reason = make_gate(), Stopped("enough")
    await gate.enter()
    await gate.enter()
    waiting = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    gate.close(reason)
    for late in (waiting, gate.enter()):
        with pytest.raises(Stopped, match="enough"):
            await late


def refuse(gate: Gate, times: int, retry_after: float | None = None) -> None:
    """Refuse so many calls, one after another."""
    for _ in range(times):
        gate.refused(time.monotonic(), retry_after, "503", Cause.LOAD)


async def test_a_refusal_is_for_its_call_alone_and_a_flood_for_all() -> None:
    gate = make_gate()
    refuse(gate, 7, retry_after=0.2)
    assert gate.trouble is None
    started = await gate.enter()
    refuse(gate, 1, retry_after=0.2)
    gate.leave()
    assert gate.trouble is not None
    assert "the endpoint asks to wait until" in gate.trouble
    assert await gate.enter() >= started + 0.2
    gate.answered(time.monotonic())
    assert gate.trouble is None


def test_an_endpoint_is_gone_when_nothing_answers(clock: Clock) -> None:
    gate = make_gate()
    for _ in range(10):
        gate.failed("500")
    assert not gate.is_gone
    gate.failed("500")
    assert gate.is_gone
    gate.answered(time.monotonic())
    for _ in range(3):
        assert not gate.is_gone
        gate.failed("refused", refused_connection=True)
    assert gate.is_gone


def test_silence_is_counted_from_its_first_failure(clock: Clock) -> None:
    reasons: list[RunError] = []
    gate = make_gate(reasons.append)
    clock.now += 10_000  # hours in which all answers came from the journal
    refuse(gate, 1)
    clock.now += 59
    refuse(gate, 1)
    gate.answered(time.monotonic())
    clock.now += 59
    refuse(gate, 1)
    assert reasons == []
    clock.now += 61
    refuse(gate, 1)
    (reason,) = reasons
    assert isinstance(reason, Stopped)
    assert "no answer for 61 s" in str(reason)


def test_a_wait_that_ends_too_late_is_given_up_at_once(clock: Clock) -> None:
    reasons: list[RunError] = []
    gate = make_gate(reasons.append)
    refuse(gate, 1, retry_after=59)
    assert reasons == []
    refuse(gate, 1, retry_after=7200)
    (reason,) = reasons
    assert isinstance(reason, Stopped)
    assert "back in 2:00:00, at " in str(reason)
    assert "--give-up-after" in str(reason)


def test_waits_grow_whatever_the_endpoint_says(clock: Clock) -> None:
    gate, waits = make_gate(), list[float]()
    refuse(gate, 8, retry_after=0.0)
    for _ in range(20):
        assert gate.trouble is not None
        waits.append(gate.not_before - clock.now)
        clock.now += 100
        refuse(gate, 8, retry_after=0.0)
    assert waits[0] <= 0.1
    assert 30 <= waits[-1] <= 60
    assert all(later >= earlier for earlier, later in pairwise(waits[:14]))


@pytest.mark.parametrize(
    ("told", "words"), [(90.0, "the endpoint asks to wait until "), (None, "next try at ")]
)
async def test_what_is_waited_for_is_told_with_the_time_it_ends(
    told: float | None, words: str
) -> None:
    gate = make_gate()
    refuse(gate, 8, told and 30.0)
    assert gate.trouble is not None
    assert re.fullmatch(rf"{words}\d\d:\d\d:\d\d \(503\)", gate.trouble)


def test_the_log_has_counts_a_second_and_no_line_each() -> None:
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = logging.getLogger("coevol")
    logger.setLevel(logging.INFO)  # as a run sets it
    logger.addHandler(handler)
    try:
        counted = Unanswered()
        for second, count in ((1000.0, 300), (1001.0, 1), (1002.0, 20)):
            for _ in range(count):
                counted.add(second, "503")
        counted.write_if_over(1002.9)
        counted.write_if_over(1003.0)
        counted.write_if_over(1004.0)
    finally:
        logger.removeHandler(handler)
    assert lines == [
        "300 calls were not answered within a second: 503",
        "1 call was not answered within a second: 503",
        "20 calls were not answered within a second: 503",
    ]
