"""A chat model for OpenAI-compatible endpoints that uses as little CPU as possible.

The SDK's request and response models and its HTTP client take most of a call's CPU. This one speaks
plain chat completions over an aiohttp session, and raises the SDK's own errors.
"""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import aiohttp
import orjson
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from pydantic import Field, SkipValidation

from nodes.models.names import Endpoint
from nodes.models.prefixes import MARKED_ALONE, begin_alike, mark_of, marked
from nodes.models.request import asked_in, body_of
from nodes.models.settings import ModelSettings
from runners.calls.async_model import AsyncChatModel
from runners.calls.bodies import read_body
from runners.calls.completions import read_completion
from runners.calls.streamed import STREAMED, wants_stream

_ACCOUNT = {"OPENAI_ORG_ID": "OpenAI-Organization", "OPENAI_PROJECT_ID": "OpenAI-Project"}


class _Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Completions:
    """Sends chat completions of one model; what all calls share is computed once."""

    def __init__(
        self, settings: ModelSettings, endpoint: Endpoint, session: aiohttp.ClientSession
    ) -> None:
        self._session = session
        version = f"?{urlencode(endpoint.query)}" if endpoint.query else ""
        self._url = f"{endpoint.base_url}/chat/completions{version}"
        account = {_ACCOUNT[name]: os.environ[name] for name in _ACCOUNT if name in os.environ}
        self._headers = {
            **endpoint.headers,
            "Content-Type": "application/json",
            **account,
        }
        self._body = {"model": endpoint.name, **body_of(settings)}
        self._mark = mark_of(endpoint)
        self._marks = {} if self._mark is None else MARKED_ALONE

    async def create(
        self, messages: list[BaseMessage], stop: list[str] | None, more: Mapping[str, Any]
    ) -> ChatResult:
        """Send one call, with `more` body entries of its own, `extra_headers` among them."""
        entries = {**self._marks, **more} if self._marks and begin_alike(messages) else {**more}
        headers = {**self._headers, **entries.pop("extra_headers", {})}
        if self._mark is not None:
            messages = marked(messages, self._mark)
        body = {**asked_in(self._body, messages, stop), **entries}
        status, told, answer = await self._post(body, headers)
        if status == 400 and wants_stream(answer):
            self._body |= STREAMED  # in later calls, too
            status, told, answer = await self._post({**body, **STREAMED}, headers)
        if status >= 300:
            from runners.calls.http_errors import status_error

            raise status_error(self._url, status, dict(told), answer)
        return read_completion(answer, told)

    async def _post(self, body: dict[str, Any], headers: Mapping[str, str]) -> _Answer:
        # A redirect is not followed: it might lead anywhere, and the key would go there, too.
        try:
            async with self._session.post(
                self._url, data=orjson.dumps(body), headers=headers, allow_redirects=False
            ) as response:
                return _Answer(response.status, response.headers, await read_body(response))
        except aiohttp.ClientError as error:
            from runners.calls.http_errors import connection_error

            raise connection_error(self._url, error) from error


class HttpChatModel(AsyncChatModel):
    """Sends text messages to one endpoint. Asynchronous only, without retries."""

    completions: SkipValidation[_Completions] = Field(exclude=True, repr=False)
    """A field, because each access to a pydantic private attribute is slow."""

    def __init__(
        self, settings: ModelSettings, endpoint: Endpoint, session: aiohttp.ClientSession
    ) -> None:
        own: dict[str, Any] = {"completions": _Completions(settings, endpoint, session)}
        super().__init__(cache=False, disable_streaming=True, **own)

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
        return await self.completions.create(messages, stop, kwargs)
