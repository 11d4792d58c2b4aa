"""What a program can add to a context besides its fields: chat models, guards, headers.

None of it is a field, because a server's clients set the fields, and must neither choose code to
run nor have the server's environment variables sent to an address of theirs.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Self

from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel, PrivateAttr

from nodes.guards.layout import LayoutCheck
from nodes.guards.own import OwnGuard
from nodes.models.headers import name_variables
from nodes.role_settings import Learned
from prompts.roles import Speaker

ModelProvider = Callable[[Speaker], BaseChatModel]
"""Returns the chat model of a speaker."""


class Given(BaseModel):
    """The part of `Context` that is not fields. Contexts don't change: methods return copies."""

    _own_models: Mapping[str, BaseChatModel] = PrivateAttr(default={})
    _headers: Mapping[str, str] = PrivateAttr(default={})
    _learned: Learned = PrivateAttr(default={})
    _own_guards: tuple[OwnGuard, ...] = PrivateAttr(default=())
    _layout: LayoutCheck | None = PrivateAttr(default=None)

    @cached_property
    def models(self) -> ModelProvider | None:
        """The function that provides chat models instead of the settings, or None.

        Cached, because every call asks for it and pydantic is slow at reading a private attribute.
        """
        return None

    @property
    def own_models(self) -> Mapping[str, BaseChatModel]:
        """The user's chat model objects, by the strings that stand for them."""
        return self._own_models

    @property
    def own_guards(self) -> tuple[OwnGuard, ...]:
        """The user's guards."""
        return self._own_guards

    @property
    def layout(self) -> LayoutCheck | None:
        """The check that responses suit the dataset's layout; None if any response does."""
        return self._layout

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers by name, as references to variables; not sent to a role's own address."""
        return self._headers

    def with_models(self, models: ModelProvider) -> Self:
        """A copy that takes all chat models from `models`, such as a run's engine."""
        copy = self.model_copy()
        vars(copy)["models"] = models
        return copy

    def with_own_models(self, models: Mapping[str, BaseChatModel]) -> Self:
        """A copy with chat model objects, by the model strings that stand for them."""
        copy = self.model_copy()
        copy._own_models = models
        return copy

    def with_own_guards(self, guards: Iterable[OwnGuard]) -> Self:
        """A copy with user-defined guards."""
        copy = self.model_copy()
        copy._own_guards = tuple(guards)
        return copy

    def with_layout(self, layout: LayoutCheck | None) -> Self:
        """A copy with the check for another dataset's layout."""
        copy = self.model_copy()
        copy._layout = layout
        return copy

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """A copy with headers; values are references such as `$GATEWAY_KEY`."""
        name_variables(headers)
        copy = self.with_fields({})
        copy._headers = headers
        return copy

    def with_learned(self, learned: Learned) -> Self:
        """A copy that knows which parameters endpoints have rejected."""
        copy = self.with_fields({})
        copy._learned = learned
        return copy

    def with_fields(self, fields: Mapping[str, Any]) -> Self:
        """A copy with other values for fields that affect how models are called.

        The values are not validated. Cached properties other than `settings` are kept: a run's
        prompt pack must not be read again, because its file may change.
        """
        copy = self.model_copy(update=fields)
        vars(copy).pop("settings", None)
        return copy
