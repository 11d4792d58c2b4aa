"""The caller and faults, by a clock that does not wait: what is tried again, when, how often."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from runners.calls.call_options import CallOptions, Retries
from runners.calls.faults import CallError
from runners.calls.http_errors import connection_error
from runners.calls.spent import Spent
from runners.errors import RunError, Stopped, UsageError
from tests.runners.calls.callers import Tried, tried
from tests.support.clock import Clock
from tests.support.scripted import Line, Scripted, refusal, said

GREETING = "Hello!"


class Played(NamedTuple):
    """What came of a call."""

    outcome: str | CallError | RunError
    """The answer's text, or the error."""
    moments: list[float]
    """When it was sent, in seconds from the first time; greetings are left out."""
    greetings: int
    kept: str | None
    spent: Spent


def play(
    folder: Path,
    model: Scripted,
    options: CallOptions | None = None,
    *,
    clock: Clock | None = None,
    before: str | None = None,
    stop: list[str] | None = None,
) -> Played:
    """Ask once; `before` is asked and answered before that."""

    async def ask(it: Tried) -> str | CallError | RunError:
        try:
            return (await it.ask(stop=stop)).text
        except (CallError, RunError) as error:
            return error

    async def main() -> Played:
        async with tried(folder, model, options) as it:
            if before is not None:
                await it.ask(before)
            outcome = await ask(it)
            sent = [each for each in model.asked if each.messages[-1].text == "Hello?"]
            moments = [each.moment - sent[0].moment for each in sent]
            greetings = model.prompts.count(GREETING)
            return Played(outcome, moments, greetings, it.kept(), it.spending.total)

    return (clock or Clock()).run(main())


def nobody_there() -> Exception:
    error = connection_error("http://127.0.0.1:9/v1", OSError("refused"))
    error.__cause__ = ConnectionRefusedError()
    return error


@pytest.fixture(params=[0.5, 1.0], ids=["least", "most"])
def jitter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """The share of a wait that is waited."""
    share: float = request.param
    limits = {0.5: min, 1.0: max}
    monkeypatch.setattr("random.uniform", limits[share])
    return share


PASSING: dict[str, list[Line]] = {
    "errors of the server": [refusal(500), refusal(502), refusal(504), refusal(408)],
    "more refusals than attempts": [refusal(429)] * 9,
    "a busy server": [refusal(503)] * 9,
    "a server that is away": [nobody_there()] * 40,
    "all together": [refusal(500), refusal(429), nobody_there(), refusal(503), refusal(500)],
}


@pytest.mark.parametrize("case", PASSING)
def test_what_passes_leaves_no_trace(tmp_path: Path, case: str) -> None:
    played = play(tmp_path, Scripted(*PASSING[case], "Yes."))
    assert (played.outcome, played.kept, played.spent) == ("Yes.", "Yes.", Spent(1, 0, 7, 3))
    assert (len(played.moments), played.greetings) == (len(PASSING[case]) + 1, 0)


FAILING: dict[str, tuple[list[Line], str, int]] = {
    "an error of the server": ([refusal(500)] * 5, "InternalServerError", 5),
    "errors among refusals": (
        [refusal(429), refusal(500), refusal(429), *[refusal(500)] * 4],
        "InternalServerError",
        5,
    ),
    "a bad request": ([refusal(400)], "BadRequestError", 1),
    "an entity nobody can process": ([refusal(422)], "UnprocessableEntityError", 1),
    "a bad request at last": ([refusal(500), refusal(400)], "BadRequestError", 2),
}


@pytest.mark.parametrize("case", FAILING)
def test_what_does_not_pass_costs_the_row(tmp_path: Path, case: str) -> None:
    lines, name, attempts = FAILING[case]
    played = play(tmp_path, Scripted(*lines))
    error = played.outcome
    assert isinstance(error, CallError)
    assert (error.stage, error.fault.name, error.attempts) == ("editor", name, attempts)
    assert (len(played.moments), played.kept, played.spent) == (len(lines), None, Spent())


NONE = ValueError("no chat completion")


def test_answers_that_are_none_pass_while_a_greeting_is_answered(tmp_path: Path) -> None:
    played = play(tmp_path, Scripted(NONE, "Hi!", IndexError("no choices"), "Yes."))
    assert (played.outcome, played.kept, played.spent) == ("Yes.", "Yes.", Spent(2, 0, 14, 6))


def test_answers_that_are_none_before_any_that_is_one_end_the_run(tmp_path: Path) -> None:
    error = play(tmp_path, Scripted(*[NONE] * 4)).outcome
    assert isinstance(error, UsageError)
    assert "--base-url takes the address of an OpenAI-compatible API" in str(error)


def test_answers_that_are_none_cost_the_row_once_others_were(tmp_path: Path) -> None:
    error = play(tmp_path, Scripted("Yes.", *[NONE] * 5), before="Before?").outcome
    assert isinstance(error, CallError)
    assert error.attempts == 5


NO_KEY = "refused calls without VLLM_API_KEY: "
ENDING = {
    "a wrong key": (refusal(401), None, NO_KEY),
    "a key that is no longer right": (refusal(401), "Before?", NO_KEY),
    "a model that is not there": (refusal(404), None, ""),
    "what is forbidden": (refusal(403), None, NO_KEY),
}


@pytest.mark.parametrize("case", ENDING)
def test_what_no_call_can_pass_ends_the_run(tmp_path: Path, case: str) -> None:
    error, before, named = ENDING[case]
    lines: list[Line] = [error] * 2 if before is None else ["Yes.", error]  # a greeting's, too
    played = play(tmp_path, Scripted(*lines), before=before)
    assert isinstance(played.outcome, UsageError)
    assert str(played.outcome) == f"vllm:small: {named}so it is"


def test_an_account_that_is_empty_stops_the_run(tmp_path: Path) -> None:
    lines = ("Yes.", refusal(429, "insufficient_quota"))
    error = play(tmp_path, Scripted(*lines), before="Before?").outcome
    assert isinstance(error, Stopped)
    assert "can be resumed once the account is in order" in str(error)


@pytest.mark.parametrize("status", [403, 404])
def test_once_the_model_has_answered_it_is_the_rows_own(tmp_path: Path, status: int) -> None:
    played = play(tmp_path, Scripted("Yes.", refusal(status), "Hi!"), before="Before?")
    assert isinstance(played.outcome, CallError)


def test_waits_double_up_to_half_a_minute(tmp_path: Path, jitter: float) -> None:
    options = CallOptions(retries=Retries(attempts=8))
    played = play(tmp_path, Scripted(*[refusal(500)] * 8), options)
    moments = [0, 1, 3, 7, 15, 31, 61, 91]
    assert played.moments == pytest.approx([each * jitter for each in moments])


def test_an_endpoint_that_refuses_is_asked_ever_less(tmp_path: Path, jitter: float) -> None:
    played = play(tmp_path, Scripted(*[refusal(429)] * 5, "Yes."))
    assert played.moments == pytest.approx([each * jitter for each in [0, 1, 3, 7, 15, 31]])


@pytest.mark.parametrize("status", [429, 503])
def test_the_endpoint_says_when_to_come_back_but_no_sooner_than_pauses_grow(
    tmp_path: Path, jitter: float, status: int
) -> None:
    lines = [refusal(status, retry_after="7"), refusal(status, retry_after_ms="250"), "Yes."]
    moments = play(tmp_path, Scripted(*lines)).moments
    assert moments == pytest.approx([0, 7, 7 + 2 * jitter])


def test_a_call_that_hangs_is_made_again(tmp_path: Path, jitter: float) -> None:
    options = CallOptions(retries=Retries(timeout=20, attempts=2))
    played = play(tmp_path, Scripted(asyncio.Event(), asyncio.Event()), options)
    assert played.moments == pytest.approx([0, 20 + jitter])
    assert str(played.outcome) == "editor: TimeoutError: no answer within 20 s (attempts: 2)"


def refusing(error: Callable[[], Exception]) -> Scripted:
    """A model that greets everybody and refuses the rest."""
    return Scripted(lambda messages: "Hi." if messages[-1].text == GREETING else error())


@pytest.mark.parametrize("status", [429, 503, 529])
def test_a_call_that_alone_is_refused_stops_the_run_at_last_and_costs_no_row(
    tmp_path: Path, status: int
) -> None:
    clock = Clock()
    played = play(tmp_path, refusing(lambda: refusal(status)), clock=clock)
    assert isinstance(played.outcome, Stopped)
    assert "the run gave up and can be resumed" in str(played.outcome)
    assert 1800 < clock.now - 1000 < 1900
    assert (played.greetings, played.spent) == (0, Spent())


@pytest.mark.parametrize("error", [refusal(429), refusal(500), nobody_there()], ids=str)
def test_when_nothing_is_answered_for_long_the_run_ends(tmp_path: Path, error: Exception) -> None:
    clock = Clock()
    begun, options = clock.now, CallOptions(retries=Retries(attempts=20), give_up_after=600)
    played = play(tmp_path, Scripted(lambda _: error), options, clock=clock)
    assert isinstance(played.outcome, Stopped)
    assert "the run gave up and can be resumed" in str(played.outcome)
    assert 600 < clock.now - begun < 720  # a pause is a minute at the most


def test_no_row_fails_while_the_endpoint_answers_nobody(tmp_path: Path) -> None:
    clock = Clock()
    back = clock.now + 1000
    model = Scripted(lambda _: refusal(500) if clock.now < back else "Yes.")
    options = CallOptions(retries=Retries(attempts=12))
    played = play(tmp_path, model, options, clock=clock)
    assert played.outcome == "Yes."
    assert len(played.moments) > 12


def test_an_empty_answer_is_asked_for_again(tmp_path: Path) -> None:
    played = play(tmp_path, Scripted("", refusal(500), " \n", "Yes."))
    assert (played.outcome, played.kept) == ("Yes.", "Yes.")
    assert played.spent.calls == 3


def test_an_empty_answer_is_taken_in_the_end_and_not_kept(tmp_path: Path) -> None:
    played = play(tmp_path, Scripted("", "", " "))
    assert (played.outcome, played.kept, played.spent.calls) == (" ", None, 3)


def test_before_a_text_to_stop_at_nothing_is_an_answer(tmp_path: Path) -> None:
    played = play(tmp_path, Scripted(""), stop=["\n"])
    assert (played.outcome, played.spent.calls) == ("", 1)


def test_an_answer_that_is_cut_off_is_kept(tmp_path: Path) -> None:
    played = play(tmp_path, Scripted(said("Half an", "length")))
    assert (played.outcome, played.kept, played.spent.calls) == ("Half an", "Half an", 1)
