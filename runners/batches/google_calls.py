"""Calls to Gemini as they stand in a file: bodies, answers and errors, as those of single calls.

For a single call LangChain makes the SDK's types of messages and settings, and the SDK a body of
these; an answer goes the same way back. A call in a file needs just that, and neither offers it.
"""

# pyright: reportPrivateUsage=false
# So it is their own functions, which have no other name.

from collections.abc import Mapping
from typing import Any

from google.genai import _common, errors, models, types
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from langchain_google_genai import ChatGoogleGenerativeAI, chat_models

from runners.batches.protocol import Body

_STATUSES = {1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409,
             11: 400, 12: 501, 13: 500, 14: 503, 15: 500, 16: 401}  # fmt: skip
"""HTTP's by gRPC's (google/rpc/code.proto): errors of lines and of batches have the latter."""


def body_in(
    model: ChatGoogleGenerativeAI, messages: list[BaseMessage], stop: list[str] | None
) -> Body:
    """What a call sends."""
    asked = model._prepare_request(messages, stop=stop)
    config = asked["config"].model_copy(update={"http_options": None})
    given = types._GenerateContentParameters(**{**asked, "config": config})
    client = model.async_client._api_client
    body = models._GenerateContentParameters_to_mldev(client, given, None, given)
    del body["_url"]
    return _common.encode_unserializable_types(_common.convert_to_dict(body))


def completion_of(response: Mapping[str, Any]) -> ChatResult | Exception:
    """An answer as a single call has it, or what a single call raises in its place."""
    try:
        told = models._GenerateContentResponse_from_mldev(response)
        read = types.GenerateContentResponse._from_response(response=told, kwargs={})
        return chat_models._response_to_result(read)
    except (ValueError, LookupError) as error:
        return error


def status_of(error: Mapping[str, Any]) -> int:
    """The HTTP status that an error stands for; 0 if there is none."""
    code = int(error.get("code", 0))
    return _STATUSES.get(code, code)


def error_of(error: Mapping[str, Any]) -> errors.APIError:
    """The error that a single call would have raised."""
    status = status_of(error) or 500
    kind = errors.ClientError if status < 500 else errors.ServerError
    return kind(status, {"error": dict(error)})
