"""The loopback model refuses what real servers refuse."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.support import wire
from tests.support.calls import Call, Refusal
from tests.support.limits import Bucket
from tests.support.options import ServerOptions

_STREAMS = "This model only support stream mode, please enable the stream parameter."
_FORBIDDEN = "Extra inputs are not permitted"


def check(call: Call, options: ServerOptions, bucket: Bucket) -> None:
    """Raise a Refusal if there is a reason for one."""
    if options.down:
        raise Refusal(wire.error(503, "unavailable", "The server is down."))
    _check_caller(call, options)
    if not bucket.admits(options.requests_per_second):
        raise Refusal(wire.too_many(options.retry_after))
    if (refusal := refused_entry(call.body, options)) is not None:
        raise Refusal(refusal)
    if (refusal := short_tier(call.body, options)) is not None:
        raise Refusal(refusal)
    if options.streams_only and not call.body.get("stream"):
        raise Refusal(wire.error(400, "invalid_parameter_error", _STREAMS))
    _check_messages(call, options)


def refused_entry(body: Mapping[str, Any], options: ServerOptions) -> web.Response | None:
    """The refusal of an entry that it does not take, in two dialects."""
    for name in options.refused:
        if name in body:
            words = f"Unsupported parameter: '{name}' is not supported with this model."
            return wire.error(400, "unsupported_parameter", words)
    for name in options.forbidden:
        if name in body:
            problem = {"type": "extra_forbidden", "loc": ["body", name], "msg": _FORBIDDEN}
            return web.json_response({"detail": [problem]}, status=422)
    return None


def short_tier(body: Mapping[str, Any], options: ServerOptions) -> web.Response | None:
    """The refusal of a call that asks for a service tier which has nothing to answer with."""
    if body.get("service_tier") not in options.short_tiers:
        return None
    words = "Resource unavailable. Please try again later."
    return wire.error(options.short_status, "resource_unavailable", words)


def _check_caller(call: Call, options: ServerOptions) -> None:
    key, model = options.api_key, call.body.get("model")
    if key is not None and call.record.authorization != f"Bearer {key}":
        raise Refusal(wire.error(401, "invalid_api_key", "Incorrect API key provided."))
    if model not in options.models:
        message = f"The model `{model}` does not exist."
        raise Refusal(wire.error(404, "model_not_found", message))


def _check_messages(call: Call, options: ServerOptions) -> None:
    if not call.body["messages"]:
        raise Refusal(wire.error(400, "bad_request", "messages: must not be empty."))
    roles = {message.get("role") for message in call.body["messages"]}
    if not options.system_role and roles & {"system", "developer"}:
        raise Refusal(wire.error(400, "bad_roles", "System role not supported."))
    if options.poison in call.prompt.words:
        message = "The engine died of this prompt."
        refusal = wire.error(options.poison_status, "internal_error", message)
        refusal.headers["Retry-After"] = str(options.retry_after)
        raise Refusal(refusal)
    limit, words = options.max_prompt_words, len(call.prompt.words)
    if limit is not None and words > limit:
        message = (
            f"This model's maximum context length is {limit} tokens. "
            f"However, your messages resulted in {words} tokens."
        )
        raise Refusal(wire.error(400, "context_length_exceeded", message))
