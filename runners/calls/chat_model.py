"""The engine's chat model: what nodes call while a dataset is evolved."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import LangSmithParams, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import var_child_runnable_config
from pydantic import Field, PrivateAttr, SkipValidation

from nodes.models.names import split_model
from nodes.models.request import body_of, longest_answer
from nodes.models.settings import ModelSettings
from nodes.unheard import is_heard
from prompts.roles import Speaker
from runners.calls.async_model import AsyncChatModel
from runners.calls.call import Call
from runners.calls.caller import Caller


class Asker(NamedTuple):
    """Makes the calls of one role."""

    role: Speaker
    caller: Caller

    async def __call__(
        self, messages: list[BaseMessage], stop: list[str] | None, metadata: Mapping[str, Any]
    ) -> ChatGeneration:
        """Call the model in the name of the node that runs."""
        stage = str(metadata.get("langgraph_node", self.role))
        return await self.caller.call(Call(self.role, stage, messages, stop))


class EngineModel(AsyncChatModel):
    """One role's chat model; it sends its calls through a caller."""

    ask: SkipValidation[Asker] = Field(exclude=True, repr=False)
    """A field, because each access to a pydantic private attribute is slow."""
    _settings: ModelSettings = PrivateAttr()

    def __init__(self, role: Speaker, settings: ModelSettings, caller: Caller) -> None:
        # No LangChain cache: the caller has the journal. Traces show the model string that the user
        # gave.
        own: dict[str, Any] = {"ask": Asker(role, caller)}
        super().__init__(cache=False, disable_streaming=True, name=settings.model, **own)
        self._settings = settings

    @property
    def _llm_type(self) -> str:
        return "coevol-engine"

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        """The provider and model name for a trace, by which LangSmith knows prices."""
        provider, name = split_model(self._settings.model)
        heat: Any = body_of(self._settings).get("temperature")
        return LangSmithParams(
            ls_provider=provider,
            ls_model_name=name,
            ls_model_type="chat",
            ls_temperature=heat,
            ls_max_tokens=longest_answer(self._settings),
            ls_stop=stop,
        )

    async def ainvoke(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AIMessage:
        """Answer; without callbacks, which double the cost, if no handler is listening."""
        config = config or var_child_runnable_config.get() or {}
        if not isinstance(input, list) or is_heard(config.get("callbacks")):
            return await super().ainvoke(input, config, stop=stop, **kwargs)
        messages = cast("list[BaseMessage]", input)
        answer = await self.ask(messages, stop, config.get("metadata", {}))
        return cast("AIMessage", answer.message)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        metadata = (run_manager.metadata if run_manager else None) or {}
        return ChatResult(generations=[await self.ask(messages, stop, metadata)])
