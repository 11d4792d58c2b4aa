"""Checks, by a greeting, whether an endpoint returns logprobs."""

from contextlib import suppress

import orjson

from nodes.models.logprobs import ASKED
from nodes.models.names import no_logprobs
from nodes.models.said import words_in
from runners.calls.completions import NoCompletion, read_completion
from runners.errors import UsageError


class NoLogprobs(UsageError):
    """The endpoint returns no logprobs, so judge mode `probability` can't be used."""


def check_logprobs(model: str, status: int, answer: bytes) -> None:
    """Raise NoLogprobs if the answer to a greeting that asks for logprobs has or allows none.

    Other failures are left to the run.
    """
    if status == 200:
        with suppress(NoCompletion):
            message = read_completion(answer).generations[0].message
            if ASKED not in message.response_metadata:
                raise NoLogprobs(no_logprobs(model))
    elif status in (400, 422):
        words = _words(answer)
        if "logprobs" in words:
            raise NoLogprobs(no_logprobs(model, words[:200]))


def _words(answer: bytes) -> str:
    try:
        return words_in(orjson.loads(answer))
    except orjson.JSONDecodeError:
        return ""
