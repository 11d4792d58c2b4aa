"""Whether an endpoint tells how likely the tokens of an answer were, as a greeting shows."""

from contextlib import suppress

import orjson

from nodes.models.logprobs import ASKED
from nodes.models.names import no_logprobs
from nodes.models.said import words_in
from runners.calls.completions import NoCompletion, read_completion
from runners.errors import UsageError


class NoLogprobs(UsageError):
    """An endpoint tells no probabilities: judge mode probability is not for it."""


def check_logprobs(model: str, status: int, answer: bytes) -> None:
    """Raise NoLogprobs if what answers a greeting that asks for logprobs has none, or refuses them.

    What has another reason to fail is left to the run.
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
