"""LangChain's ChatAnthropic with what it leaves out: a client of its own, beginnings marked.

Importing it takes seconds: so it stands apart.
"""

from functools import cached_property
from typing import Any

from anthropic import AsyncClient
from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import LanguageModelInput
from langchain_core.outputs import ChatResult

from nodes.models.prefixes import ANTHROPIC, marked


class EndpointChatAnthropic(ChatAnthropic):
    """ChatAnthropic for as long as one event loop."""

    @cached_property
    def _async_client(self) -> AsyncClient:
        # The one that all ChatAnthropics share would outlive its event loop.
        return AsyncClient(**self._client_params)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._async_client.close()

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        messages = marked(self._convert_input(input_).to_messages(), ANTHROPIC)
        return super()._get_request_payload(  # pyright: ignore[reportUnknownVariableType]
            messages, stop=stop, **kwargs
        )

    def _format_output(self, data: Any, **kwargs: Any) -> ChatResult:
        if isinstance(data, str):  # what the SDK makes of an answer that is no JSON
            raise ValueError(" ".join(data.split())[:200] or "empty")
        return super()._format_output(data, **kwargs)
