"""GLM and ERNIE, which the authors' code supports, from langchain-community."""

from collections.abc import Callable
from importlib import import_module

from langchain_core.language_models import BaseChatModel

from nodes.models.names import ModelError
from nodes.models.settings import ModelSettings, Provider


def make_community(provider: Provider, name: str, settings: ModelSettings) -> BaseChatModel:
    """Make a GLM or ERNIE model. Raises ModelError."""
    class_name = {"glm": "ChatZhipuAI", "ernie": "QianfanChatEndpoint"}[provider]
    shared = {"temperature": settings.temperature, "top_p": settings.top_p}
    own = {
        "glm": {"model": name, "max_tokens": settings.max_tokens},
        "ernie": {"model": name, "model_kwargs": {"max_output_tokens": settings.max_tokens}},
    }[provider]
    try:
        make: Callable[..., BaseChatModel] = getattr(
            import_module("langchain_community.chat_models"), class_name
        )
        return make(**shared, **own)
    except (ImportError, ValueError) as error:  # a missing package, a missing key
        reason = " ".join(str(error).split())
        raise ModelError(f"model {settings.model!r}: {reason}") from None
