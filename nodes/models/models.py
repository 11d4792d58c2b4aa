"""Chat models: a model string and settings become a LangChain chat model."""

import asyncio
from weakref import WeakKeyDictionary

from langchain_core.language_models import BaseChatModel

from nodes.models.integrations import Manner, make_integration
from nodes.models.names import endpoint_of, split_model
from nodes.models.openai_compatible import TIMEOUT, make_chat_openai
from nodes.models.problems import ModelError
from nodes.models.providers import GGUF, INTEGRATIONS, OWN, REHEARSAL
from nodes.models.settings import ModelSettings


def make_model(
    settings: ModelSettings,
    concurrency: int | None = None,
    manner: Manner | None = None,
    call_tokens: int = 0,
) -> BaseChatModel:
    """Create the chat model for these settings, ready for `concurrency` calls at once.

    A GGUF file is loaded with room for calls of `call_tokens`, prompt and answer together. Raises
    ModelError if the model string is wrong, or a key or package is missing.
    """
    endpoint = endpoint_of(settings)
    if endpoint is not None:
        return make_chat_openai(settings, endpoint)
    provider, name = split_model(settings.model)
    if provider == REHEARSAL:
        from nodes.models.rehearsal import RehearsalModel

        return RehearsalModel()
    if provider == GGUF:
        from nodes.models.gguf import GgufModel

        at_once = {} if concurrency is None else {"concurrency": concurrency}
        return GgufModel(settings, call_tokens=call_tokens, **at_once)
    if provider == OWN:
        hint = "it is an object in Python: evolve(..., model=...)"
        raise ModelError(f"model {settings.model!r}: not known here; {hint}")
    if provider in INTEGRATIONS:
        return make_integration(settings, manner or Manner(TIMEOUT))
    from nodes.models.community import make_community

    return make_community(provider, name, settings)


_shared: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[ModelSettings, BaseChatModel]]
_shared = WeakKeyDictionary()
_without_loop: dict[ModelSettings, BaseChatModel] = {}


def chat_model(settings: ModelSettings) -> BaseChatModel:
    """The chat model for these settings, cached so that all calls share one client.

    Each event loop has its own, because connections can't outlive their loop.
    """
    try:
        models = _shared.setdefault(asyncio.get_running_loop(), {})
    except RuntimeError:
        models = _without_loop
    if settings not in models:
        models[settings] = make_model(settings)
    return models[settings]
