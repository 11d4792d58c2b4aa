"""GLM and ERNIE, which the authors' code supports, from langchain-community."""

from collections.abc import Callable
from importlib import import_module

from langchain_core.language_models import BaseChatModel

from nodes.models.problems import ModelError
from nodes.models.request import LIMITS, body_of
from nodes.models.settings import ModelSettings


def make_community(provider: str, name: str, settings: ModelSettings) -> BaseChatModel:
    """Make a GLM or ERNIE model. Raises ModelError."""
    class_name = {"glm": "ChatZhipuAI", "ernie": "QianfanChatEndpoint"}[provider]
    body = body_of(settings)
    named = {each: body.pop(each) for each in ("temperature", "top_p") if each in body}
    limit = next((body.pop(each) for each in LIMITS if each in body), None)
    if provider == "ernie":
        named["model_kwargs"] = {**body, **({} if limit is None else {"max_output_tokens": limit})}
    elif body:
        raise ModelError(f"model {settings.model!r}: its client has no entry {', '.join(body)}")
    elif limit is not None:
        named["max_tokens"] = limit
    try:
        make: Callable[..., BaseChatModel] = getattr(
            import_module("langchain_community.chat_models"), class_name
        )
        return make(model=name, **named)
    except (ImportError, ValueError) as error:  # a missing package, a missing key
        reason = " ".join(str(error).split())
        raise ModelError(f"model {settings.model!r}: {reason}") from None
