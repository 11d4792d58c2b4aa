"""The event loop of a run: what comes out of it, and the garbage collector before and after."""

import asyncio
import gc
import os
import signal
from collections.abc import Generator
from typing import Any

import pytest
import uvloop

from runners.errors import Interrupted, RunError, Stopped
from runners.run.event_loop import interruptible, run_in_event_loop
from runners.run.garbage import little_garbage_collection

USUAL_THRESHOLDS = (700, 10, 10)


@pytest.fixture(autouse=True)
def usual_garbage_collection() -> Generator[None]:
    """Every test leaves the collector as it found it; earlier ones may have set its thresholds."""
    before = gc.get_threshold()
    gc.set_threshold(*USUAL_THRESHOLDS)
    yield
    after = gc.get_threshold(), gc.get_freeze_count()
    gc.set_threshold(*before)
    assert after == (USUAL_THRESHOLDS, 0)


def test_a_run_looks_for_garbage_seldom() -> None:
    with little_garbage_collection():
        assert gc.get_threshold()[0] > 100 * USUAL_THRESHOLDS[0]
        assert gc.get_freeze_count() > 0


def test_of_two_runs_at_once_the_first_decides() -> None:
    with little_garbage_collection():
        tuned = gc.get_threshold()
        with little_garbage_collection():
            assert gc.get_threshold() == tuned
        assert gc.get_threshold() == tuned


def test_what_a_run_raises_comes_out_as_it_is() -> None:
    reason = Stopped("enough")

    async def main() -> None:
        assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
        raise reason

    with pytest.raises(Stopped) as caught:
        run_in_event_loop(main())
    assert caught.value is reason


USUAL = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


class Engine:
    """Keeps the reason for which it is stopped."""

    def __init__(self) -> None:
        self.stopped = asyncio.Event()
        self.reasons: list[RunError] = []

    def stop(self, reason: RunError) -> None:
        self.reasons.append(reason)
        self.stopped.set()

    def abandon(self) -> None:
        raise AssertionError("nobody asked for that")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_the_engine_while_the_block_lasts(number: signal.Signals) -> None:
    engine, said = Engine(), list[str]()
    with interruptible(engine, said.append):
        os.kill(os.getpid(), number)
        await engine.stopped.wait()
    (reason,) = engine.reasons
    assert isinstance(reason, Interrupted)
    assert "goes on where it stopped" in str(reason)
    assert said == [
        "stopping: waiting for the calls in flight; press Ctrl+C again to leave at once"
    ]
    assert signal.getsignal(number) == USUAL[number]


class WithoutSignalHandlers(asyncio.SelectorEventLoop):
    """A loop that hears of no signal, as those of Windows."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:
        raise NotImplementedError

    def remove_signal_handler(self, sig: int) -> bool:
        raise NotImplementedError


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_engine_in_a_loop_without_signal_handlers(
    number: signal.Signals,
) -> None:
    engine = Engine()

    async def main() -> None:
        with interruptible(engine, lambda _: None):
            os.kill(os.getpid(), number)
            await engine.stopped.wait()

    before = signal.getsignal(number)
    with asyncio.Runner(loop_factory=WithoutSignalHandlers) as runner:
        runner.run(main())
    assert [type(reason) for reason in engine.reasons] == [Interrupted]
    assert signal.getsignal(number) == before
