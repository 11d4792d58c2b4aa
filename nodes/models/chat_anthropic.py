"""LangChain's ChatAnthropic with its own HTTP client and with cache marks at shared beginnings.

In a file of its own because importing it takes seconds.
"""

from functools import cached_property
from typing import Any

from anthropic import AsyncClient
from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import LanguageModelInput
from langchain_core.outputs import ChatResult

from nodes.models.prefixes import ANTHROPIC, marked


class EndpointChatAnthropic(ChatAnthropic):
    """ChatAnthropic that lives as long as one event loop."""

    @cached_property
    def _async_client(self) -> AsyncClient:
        # The client that all ChatAnthropics share would outlive its event loop.
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
        if isinstance(data, str):  # what the SDK returns for an answer that is not JSON
            raise ValueError(" ".join(data.split())[:200] or "empty")
        return super()._format_output(data, **kwargs)
