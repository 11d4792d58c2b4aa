"""`POST /v1/chat/completions`: from a call's bytes to its answer, fault or refusal."""

import asyncio
from itertools import count
from time import monotonic
from typing import Any

import orjson
from aiohttp import web

from tests.support import wire
from tests.support.answers import Completion, cut, reply, task_of_prompt
from tests.support.calls import Call, Refusal, limits_of, read_call
from tests.support.checks import check, refused_entry, short_tier
from tests.support.faults import broken, fault_of
from tests.support.limits import Bucket, Slots
from tests.support.options import ServerOptions
from tests.support.recording import CLIENT_GONE, Ledger, Request
from tests.support.tokens import logprobs_of
from tests.support.verdicts import FIRST, SECOND, chance_of_first, known_judgement, read_pair
from tests.support.words import Prompt, read_prompt

GREETING = b"Answer with the word: ready"
"""In what a run asks before its calls."""


_SURE = {FIRST: 0.95, SECOND: 0.05}
"""How likely a judge that knows which one is right, or always says a name, names the first."""


class Chat:
    """Answers chat calls by the options of the moment."""

    def __init__(self, options: ServerOptions, ledger: Ledger) -> None:
        self.options = options
        self.ledger = ledger
        self.slots = Slots(options.slots)
        self._bucket = Bucket()
        self._numbers = count(1)
        self._arrivals = count()

    def adopt(self, options: ServerOptions) -> None:
        """Behave differently from now on."""
        self.options = options
        self.slots.resize(options.slots)

    async def __call__(self, http: web.BaseRequest, raw: bytes | None = None) -> web.StreamResponse:
        """Answer a call and keep the books, whatever becomes of it; `raw` is its body, if read."""
        raw = await http.content.read() if raw is None else raw
        if GREETING in raw:
            return self._greeted(orjson.loads(raw))
        record = self.ledger.arrive(self.options.keep)
        status: int | None = CLIENT_GONE
        try:
            response = await self._respond(http, record, raw)
            status = None if record.fault == "reset" else response.status
        except Refusal as refusal:
            response = refusal.response
            status = response.status
        finally:
            if record.finished is None:  # a streamed answer is booked before its last event
                self.ledger.finish(record, status)
        return response

    def _greeted(self, body: dict[str, Any]) -> web.Response:
        """Answer what a run asks before its calls; it is none of them, and in no count."""
        self.ledger.greetings.append(body)
        if len(self.ledger.greetings) <= self.options.busy_greetings:
            return wire.error(503, "unavailable", "The server is busy.")
        if (refusal := refused_entry(body, self.options)) is not None:
            return refusal
        if (refusal := short_tier(body, self.options)) is not None:
            return refusal
        told = self._logprobs(body, "ready", read_prompt(body["messages"]))
        ready = cut(f"{self.options.opening}ready", stop=limits_of(body)[1])
        said = wire.Answer(0, body["model"], ready, 6, 1, self.options.thinking, False, told)
        return wire.ok(said.whole())

    async def _respond(
        self, http: web.BaseRequest, record: Request, raw: bytes
    ) -> web.StreamResponse:
        call = read_call(http, record, raw)
        check(call, self.options, self._bucket)
        if (refusal := self._reply(call)) is not None:
            return refusal
        attempt = self.ledger.attempts[call.digest]
        self.ledger.attempts[call.digest] += 1
        call.fault = record.fault = fault_of(self.options, call.prompt.digest, attempt)
        if call.fault:
            self.ledger.faults[call.fault] += 1
        if (response := broken(call, self.options)) is not None:
            return response
        await self.slots.take()
        record.started = monotonic()
        try:
            return await self._work(call)
        finally:
            self.slots.give()

    def _reply(self, call: Call) -> web.Response | None:
        number, task = next(self._arrivals), task_of_prompt(call.prompt)
        for each in self.options.replies:
            if each.is_for(number, call.prompt, task):
                return each.response()
        return None

    async def _work(self, call: Call) -> web.StreamResponse:
        if call.fault == "hang":
            await asyncio.get_running_loop().create_future()
        answer = self._answer(call)
        await self._pause(self.options.latency)
        if call.body.get("stream"):
            return await self._stream(call, answer)
        await self._pause(self.options.seconds_per_token * answer.answer_words)
        self._book(call, answer)
        if call.fault == "cut":
            return await _cut(call, answer.whole())
        return wire.ok(answer.whole())

    def _answer(self, call: Call) -> wire.Answer:
        limit, stop = limits_of(call.body)
        thought, thinks_too_long = self.options.thinking_words, False
        if thought and limit:
            thinks_too_long = thought >= limit
            thought, limit = min(thought, limit), max(1, limit - thought)
        completion = cut(self._text(call), limit, stop)
        words = completion.text.split()
        if call.fault == "empty":
            completion, words = Completion("", "stop"), []
        elif call.fault == "length":
            words = words[: len(words) // 2]
            completion = Completion(" ".join(words), self.options.cut_reason)
        thinks_only = thinks_too_long or task_of_prompt(call.prompt) in self.options.thinks_only
        if thinks_only:
            completion, words = Completion("", "length"), []
        prompt_words = len(call.prompt.words)
        number = next(self._numbers)
        return wire.Answer(
            number,
            call.body["model"],
            completion,
            prompt_words,
            len(words),
            self.options.thinking,
            thinks_only,
            self._logprobs(call.body, completion.text, call.prompt),
            cache=self.options.cache,
            **({"thought_words": thought} if thought else {}),
            tier=self.options.served_tier or call.body.get("service_tier"),
        )

    def _logprobs(self, body: dict[str, Any], text: str, prompt: Prompt) -> dict[str, Any] | None:
        if not body.get("logprobs") or not self.options.logprobs:
            return None
        named = self.options.judgement in _SURE and task_of_prompt(prompt) == "judge"
        known = self.options.judgement if named else known_judgement(prompt, self.options.knows)
        first = chance_of_first(read_pair(prompt)) if known is None else _SURE[known]
        return logprobs_of(text, first, min(body["top_logprobs"], self.options.logprobs))

    def _text(self, call: Call) -> str:
        if task_of_prompt(call.prompt) == "judge":
            judgements, knows = dict(self.options.judgements), self.options.knows
            said = judgements.get(call.body["model"], self.options.judgement)
            said = said or known_judgement(call.prompt, knows)
            return self.options.opening + (reply(call.prompt) if said is None else said)
        return reply(call.prompt)

    def _book(self, call: Call, answer: wire.Answer) -> None:
        call.record.answer = answer.completion.text
        call.record.finish_reason = answer.completion.finish_reason
        self.ledger.answer(call.digest, answer.prompt_words, answer.answer_words)

    async def _stream(self, call: Call, answer: wire.Answer) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(call.http)
        options: dict[str, bool] = call.body.get("stream_options") or {}
        *events, last = answer.chunks(options.get("include_usage", False))
        pause = self.options.seconds_per_token * answer.answer_words / len(events)
        for event in events:
            await self._pause(pause)
            await response.write(event)
        self._book(call, answer)
        self.ledger.finish(call.record, 200)
        await response.write(last)
        return response

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            await asyncio.sleep(seconds)


async def _cut(call: Call, whole: bytes) -> web.StreamResponse:
    """Send half of an answer, and hang up."""
    response = web.StreamResponse(headers={"Content-Type": wire.JSON})
    response.content_length = len(whole)
    await response.prepare(call.http)
    await response.write(whole[: len(whole) // 2])
    if call.http.transport is not None:
        call.http.transport.close()
    return response
