"""Chat model objects given from Python, known to the journal by a name."""

import asyncio
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from pydantic import PrivateAttr, SecretStr

from nodes.models.problems import ModelError
from nodes.models.providers import OWN

_SECRET_NAME = re.compile(r"(^|_)(api_?key|key|secret|password|token|headers?)$", re.IGNORECASE)
_DIGITS = 12


class OwnChatModel(BaseChatModel):
    """Calls the user's object in threads, because its client may belong to another event loop."""

    _own: BaseChatModel = PrivateAttr()

    def __init__(self, own: BaseChatModel) -> None:
        super().__init__(cache=False, disable_streaming=True)
        self._own = own

    @property
    def _llm_type(self) -> str:
        return OWN

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._own._generate(messages, stop=stop)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        try:
            return await asyncio.to_thread(self._generate, messages, stop)
        except NotImplementedError:  # the object has asynchronous methods only
            return await self._own._agenerate(messages, stop=stop)


def own_name(model: BaseChatModel) -> str:
    """The string that stands for an object: its own `name`, else its class and parameters.

    Keys are left out. Raises ModelError if the parameters can't tell it from others.
    """
    if model.name:
        return f"{OWN}:{model.name}"
    kind = type(model).__name__
    params = _parameters(model, kind)
    if not params:
        raise ModelError(f"{kind}: has no parameters that tell it from others; {_hint(kind)}")
    digest = sha256(json.dumps(params, sort_keys=True).encode())
    return f"{OWN}:{kind}-{digest.hexdigest()[:_DIGITS]}"


def _parameters(model: BaseChatModel, kind: str) -> dict[str, Any]:
    """The object's identifying parameters as LangChain lists them, without keys."""
    found: Mapping[str, Any] = model._identifying_params  # pyright: ignore[reportPrivateUsage]
    plain = {
        name: value
        for name, value in found.items()
        if not _SECRET_NAME.search(name) and not isinstance(value, SecretStr) and value is not None
    }
    for name, value in plain.items():
        try:
            json.dumps(value)
        except (TypeError, ValueError):
            raise ModelError(f"{kind}: {name} can't be written down; {_hint(kind)}") from None
    return plain


def _hint(kind: str) -> str:
    return f"give it a name, by which the journal knows its answers: {kind}(..., name='mine')"
