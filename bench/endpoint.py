"""A loopback model whose answers are about as long as a real model's.

    python -m bench.endpoint --slots 64 --latency 0.2 --seconds-per-token 0.002

This is the server of tests/support, whose answers have some 50 words. All answers but the editor's
get further lines here. The judge's verdict stays on the first line, and a caller that lets it stop
there gets no more.
"""

import argparse
import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random

import orjson
import uvloop

from bench.rows import prose
from tests.support.answers import Completion, cut, task_of_prompt
from tests.support.calls import Call, limits_of
from tests.support.chat import Chat
from tests.support.hosting import serve_until_told
from tests.support.options import ServerOptions
from tests.support.recording import Ledger
from tests.support.replies import openai
from tests.support.wire import Answer


class LongChat(Chat):
    """Answers at length: half to one and a half times `words`, by the prompt's digest."""

    def __init__(self, options: ServerOptions, ledger: Ledger, words: int) -> None:
        super().__init__(options, ledger)
        self._words = words

    def _answer(self, call: Call) -> Answer:
        answer = super()._answer(call)
        random = Random(call.prompt.digest)
        missing = random.randint(self._words // 2, self._words * 3 // 2) - answer.answer_words
        if missing <= 0 or task_of_prompt(call.prompt) == "editor":
            return answer
        completion = _cut(f"{answer.completion.text}\n{prose(random, missing)}", call)
        words = len(completion.text.split())
        return replace(answer, completion=completion, answer_words=words)


def _cut(text: str, call: Call) -> Completion:
    return cut(text, *limits_of(call.body))


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds a call")
    parser.add_argument("--seconds-per-token", type=float, default=0.0)
    parser.add_argument("--slots", type=int, help="calls worked on at once")
    parser.add_argument("--refuse-every", type=int, help="refuse one call in so many")
    parser.add_argument("--refuse-status", type=int, default=503)
    parser.add_argument("--words", type=int, default=180, help="mean length of an answer")
    parser.add_argument("--record", type=Path, help="at the end, write the messages there")
    given = vars(parser.parse_args())
    words, record = given.pop("words"), given.pop("record")
    every, status = given.pop("refuse_every"), given.pop("refuse_status")
    refusals = (openai(status, "Not now.", every=every),) if every else ()
    ledger = Ledger()
    options = ServerOptions(**given, keep=record is not None, replies=refusals)
    chat = LongChat(options, ledger, words)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve_until_told(chat, 0))
    if record is not None:
        record.write_bytes(b"\n".join(orjson.dumps(each.messages) for each in ledger.requests))


if __name__ == "__main__":
    main()
