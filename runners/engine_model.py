"""The engine's chat model: what a node calls while a dataset is evolved."""

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from pydantic import PrivateAttr

from prompts.pack import Role
from runners.line import Call, Line


class EngineModel(BaseChatModel):
    """One role's chat model, which sends its calls over a line."""

    _line: Line = PrivateAttr()
    _role: Role = PrivateAttr()

    def __init__(self, role: Role, line: Line) -> None:
        super().__init__(cache=False, disable_streaming=True)  # the line has the journal
        self._role, self._line = role, line

    @property
    def _llm_type(self) -> str:
        return "coevol-engine"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("the engine is asynchronous: use ainvoke")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        metadata = (run_manager.metadata if run_manager else None) or {}
        stage = str(metadata.get("langgraph_node", self._role))
        generation = await self._line.call(Call(self._role, stage, messages, stop))
        return ChatResult(generations=[generation])
