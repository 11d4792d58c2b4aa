"""Greetings: one small call to a model, with the same parameters as the run's calls."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import orjson
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.outputs import ChatResult

from nodes.answer import read_answer
from nodes.guards.finish import ending_of
from nodes.models.errors import call_errors, one_line
from nodes.models.integrations import ONCE, closer_of, entries_of, is_integration
from nodes.models.models import make_model
from nodes.models.names import Endpoint, each_address, endpoint_of, split_model
from nodes.models.providers import GGUF
from nodes.models.request import body_of, shortened, takes_stop
from nodes.models.settings import ModelSettings
from nodes.models.told import told_by
from runners.calls.asking import NoAnswer, ask
from runners.calls.call_options import CallOptions
from runners.calls.completions import NoCompletion, read_completion
from runners.calls.refused_entries import RefusedEntry, refusal_in
from runners.calls.streamed import STREAMED, wants_stream
from runners.errors import usage_errors

_log = logging.getLogger("coevol")
GREETING = "Answer with the word: ready"
_TIMEOUT = 60.0
_LONGEST = 64
"""Token limit of a greeting: models that think reject a limit of one."""
_REFUSED = (400, 422)


class Greeted(NamedTuple):
    """The outcome of a greeting."""

    is_answered: bool
    """Whether the endpoint reacted to the parameters; not while it is busy or away."""
    refusal: RefusedEntry | None = None
    answer: tuple[int, bytes] | None = None
    """Status and body of the answer; None if the endpoint was not called by its address."""
    is_blank: bool = False
    """Whether the answer was empty up to the stop text: it begins with an empty line."""
    is_at_once: bool = False
    """Whether the model answered without thinking, and ended by itself."""


def can_be_greeted(settings: ModelSettings, *, local: bool) -> bool:
    """Whether there is an endpoint, or, if these are asked too, a `local` model in the process.

    Raises ModelError as `endpoint_of` does.
    """
    is_asked = endpoint_of(settings) is not None or is_integration(settings)
    return is_asked or (local and is_local(settings))


def is_local(settings: ModelSettings) -> bool:
    """Whether it is a model in the process that a run loads for its calls."""
    return split_model(settings.model)[0] == GGUF


async def greet(
    settings: ModelSettings,
    *,
    stop: bool = False,
    local: CallOptions | None = None,
    more: Mapping[str, str] | None = None,
) -> Greeted:
    """Greet a model with its settings and `more` entries, with or without a stop text.

    Of several endpoints, the first one that answers is heard. A model in the process is loaded as
    for `local` calls with these options, and not asked without. Raises UsageError for a model that
    can't be made.
    """
    greeted = Greeted(is_answered=False)
    for alone in each_address(settings):
        greeted = await _greet(alone, more or {}, stop=stop, local=local)
        if greeted.is_answered:
            break
    return greeted


async def _greet(
    settings: ModelSettings, more: Mapping[str, str], *, stop: bool, local: CallOptions | None
) -> Greeted:
    stops = ["\n"] if stop and takes_stop(settings) else None
    short = shortened(settings, _LONGEST)
    endpoint = endpoint_of(settings)
    if endpoint is not None:
        body = {**body_of(short), **more, **({"stop": stops} if stops else {})}
        return await _greet_endpoint(endpoint, body)
    if is_integration(settings):
        return await _greet_model(short, stops)
    if local is not None and is_local(settings):
        most = local.concurrency[1]
        with usage_errors():  # with room for the run's calls: what is loaded is shared
            make_model(settings, most, call_tokens=local.call_tokens)
        return await _greet_model(short, stops, most)
    return Greeted(is_answered=False)


async def _greet_endpoint(endpoint: Endpoint, entries: dict[str, Any]) -> Greeted:
    messages = [{"role": "user", "content": GREETING}]
    body = {"model": endpoint.name, "messages": messages, **entries}
    try:
        status, answer = await _ask(endpoint, body)
        if status == 400 and wants_stream(answer):
            status, answer = await _ask(endpoint, {**body, **STREAMED})
    except NoAnswer as reason:
        _log.warning("%s: no answer to a greeting (%s)", endpoint.base_url, reason)
        return Greeted(is_answered=False)
    refusal = refusal_in(_parsed(answer), entries) if status in _REFUSED else None
    greeted = Greeted(status == 200 or refusal is not None, refusal, (status, answer))
    try:
        said = read_completion(answer) if status == 200 else None
    except NoCompletion:
        said = None
    return greeted if said is None else _told(greeted, said, has_stop="stop" in entries)


async def _ask(endpoint: Endpoint, body: dict[str, Any]) -> tuple[int, bytes]:
    return await ask(endpoint, "POST", "/chat/completions", body, patience=_TIMEOUT)


def _told(greeted: Greeted, said: ChatResult, *, has_stop: bool) -> Greeted:
    """What the answer tells of how the model begins: with an empty line, or with thinking."""
    answer = read_answer(cast("AIMessage", said.generations[0].message))
    is_finished, is_said = ending_of(answer["finish_reason"]) == "finished", answer["text"].strip()
    thinks = "thinking" in answer or bool(answer.get("reasoning_tokens"))
    return greeted._replace(
        is_blank=has_stop and is_finished and not is_said,
        is_at_once=is_finished and bool(is_said) and not thinks,
    )


def _parsed(answer: bytes) -> object:
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None


async def _greet_model(settings: ModelSettings, stops: list[str] | None, most: int = 1) -> Greeted:
    """Greet through the client that the run's calls will go through."""
    with usage_errors():
        model = make_model(settings, most, ONCE)
    close = closer_of(model)
    try:
        async with asyncio.timeout(_TIMEOUT):
            result = await model._agenerate([HumanMessage(GREETING)], stop=stops)  # pyright: ignore[reportPrivateUsage]
        return _told(Greeted(is_answered=True), result, has_stop=stops is not None)
    except (TimeoutError, *call_errors()) as error:
        refusal = _refusal(error, (*entries_of(settings), *(["stop"] if stops else [])))
        if refusal is None:
            _log.warning("%s: no answer to a greeting (%s)", settings.model, one_line(error))
        return Greeted(refusal is not None, refusal)
    finally:
        if close is not None:
            await close()


def _refusal(error: Exception, sent: tuple[str, ...]) -> RefusedEntry | None:
    """What was rejected by the endpoint or, with a ValueError, by the client before sending."""
    told = told_by(error)
    if told is not None:
        return refusal_in(told.body, sent) if told.status in _REFUSED else None
    return refusal_in(str(error), sent) if isinstance(error, ValueError) else None
