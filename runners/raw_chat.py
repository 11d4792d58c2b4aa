"""ChatOpenAI without the SDK's request and response models, which cost most of a call's CPU."""

from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_openai import ChatOpenAI

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class RawChatOpenAI(ChatOpenAI):
    """Sends and reads plain chat completions itself, over the SDK's client.

    Connection, timeouts and error classes stay the SDK's; messages are texts, as all of ours are.
    """

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        body: dict[str, Any] = {
            "model": self.model_name,
            "messages": [{"role": _ROLES[m.type], "content": m.text} for m in messages],
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_completion_tokens": self.max_tokens,
        }
        if stop:
            body["stop"] = stop
        answer = await self.root_async_client.post("/chat/completions", body=body, cast_to=object)
        return read_completion(answer)


def read_completion(answer: object) -> ChatResult:
    """Read a chat completion. Raises ValueError if it is none, such as a proxy's HTML page."""
    try:
        completion = cast("dict[str, Any]", answer)
        choice = completion["choices"][0]
        text = choice["message"]["content"] or ""
        metadata = {
            "finish_reason": choice.get("finish_reason"),
            "model_name": completion.get("model"),
        }
        usage = _read_usage(completion.get("usage"))
        message = AIMessage(text, response_metadata=metadata, usage_metadata=usage)
    except (LookupError, TypeError, AttributeError):
        start = " ".join(str(answer).split())[:80]
        raise ValueError(f"the endpoint's answer is no chat completion: {start}") from None
    return ChatResult(generations=[ChatGeneration(message=message)])


def _read_usage(usage: dict[str, Any] | None) -> UsageMetadata | None:
    if not usage:
        return None
    tokens = (usage["prompt_tokens"], usage["completion_tokens"])
    return UsageMetadata(input_tokens=tokens[0], output_tokens=tokens[1], total_tokens=sum(tokens))
