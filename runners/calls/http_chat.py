"""A chat model for OpenAI-compatible endpoints that costs the driver as little as it can.

The SDK's request and response models, and its HTTP client, take most of a call's CPU. This speaks
plain chat completions over one aiohttp session, and raises the SDK's own errors.
"""

import json
import os
from typing import Any, cast

import aiohttp
import orjson
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.messages.ai import OutputTokenDetails, UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from nodes.models.completion import read_choice
from nodes.models.names import Endpoint
from nodes.models.request import body_of
from nodes.models.settings import ModelSettings
from runners.calls.async_model import AsyncChatModel

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}
_ACCOUNT = {"OPENAI_ORG_ID": "OpenAI-Organization", "OPENAI_PROJECT_ID": "OpenAI-Project"}


class HttpChatModel(AsyncChatModel):
    """Sends messages of text to one endpoint. Asynchronous only; tries nothing twice."""

    _completions: "_Completions" = PrivateAttr()

    def __init__(
        self, settings: ModelSettings, endpoint: Endpoint, session: aiohttp.ClientSession
    ) -> None:
        super().__init__(cache=False, disable_streaming=True)
        self._completions = _Completions(settings, endpoint, session)

    @property
    def _llm_type(self) -> str:
        return "openai-compatible"

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await self._completions.create(messages, stop)


class _Completions:
    """The chat completions of one model; plain, as each look at a model's private attribute costs.

    What does not change from call to call is made once.
    """

    def __init__(
        self, settings: ModelSettings, endpoint: Endpoint, session: aiohttp.ClientSession
    ) -> None:
        self._session = session
        self._url = f"{endpoint.base_url}/chat/completions"
        account = {_ACCOUNT[name]: os.environ[name] for name in _ACCOUNT if name in os.environ}
        self._headers = {
            "Authorization": f"Bearer {endpoint.api_key}",
            "Content-Type": "application/json",
            **account,
        }
        self._body = {"model": endpoint.name, **body_of(settings)}

    async def create(self, messages: list[BaseMessage], stop: list[str] | None) -> ChatResult:
        listed = [{"role": _ROLES[each.type], "content": each.content} for each in messages]
        body = {**self._body, "messages": listed, **({"stop": stop} if stop else {})}
        try:
            async with self._session.post(
                self._url, data=orjson.dumps(body), headers=self._headers
            ) as response:
                answer = await response.read()
        except aiohttp.ClientError as error:
            from runners.calls.http_errors import connection_error

            raise connection_error(self._url, error) from error
        if response.status >= 400:
            from runners.calls.http_errors import status_error

            raise status_error(self._url, response.status, dict(response.headers), answer)
        return read_completion(answer)


def read_completion(answer: bytes) -> ChatResult:
    """Read a chat completion. Raises ValueError if it is none, such as a proxy's HTML page."""
    try:
        completion = _parse(answer)
        message = read_choice(completion["choices"][0])
        message.response_metadata["model_name"] = completion.get("model")
        message.usage_metadata = _read_usage(completion.get("usage"))
    except (LookupError, TypeError, AttributeError, ValueError):
        start = " ".join(answer[:200].decode(errors="replace").split())[:80]
        raise ValueError(f"the endpoint's answer is no chat completion: {start}") from None
    return ChatResult(generations=[ChatGeneration(message=message)])


def _parse(answer: bytes) -> Any:
    """Parse JSON, also with half a surrogate pair in it, as of an emoji that max_tokens cut."""
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError:
        text = json.dumps(json.loads(answer), ensure_ascii=False)
        return orjson.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _read_usage(usage: Any) -> UsageMetadata | None:
    if not isinstance(usage, dict):
        return None
    counts = cast("dict[str, Any]", usage)
    given, said = counts.get("prompt_tokens"), counts.get("completion_tokens")
    if not isinstance(given, int) or not isinstance(said, int):
        return None
    usage = UsageMetadata(input_tokens=given, output_tokens=said, total_tokens=given + said)
    details = counts.get("completion_tokens_details")
    thought = cast("dict[str, Any]", details).get("reasoning_tokens") if details else None
    if isinstance(thought, int):
        usage["output_token_details"] = OutputTokenDetails(reasoning=thought)
    return usage
