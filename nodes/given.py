"""What a program gives a context beside its form: chat models, guards, headers, what is learned.

None of it is a field. Who sends a server settings must not choose code, nor have the environment
sent elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel, PrivateAttr

from nodes.guards.layout import LayoutCheck
from nodes.guards.own import OwnGuard
from nodes.models.headers import name_variables
from nodes.role_settings import Learned
from prompts.roles import Speaker

ModelProvider = Callable[[Speaker], BaseChatModel]
"""Who gives each speaker its chat model."""


class Given(BaseModel):
    """What `Context` has beside its fields. Each change returns another context."""

    _models: ModelProvider | None = PrivateAttr(default=None)
    _own_models: Mapping[str, BaseChatModel] = PrivateAttr(default={})
    _headers: Mapping[str, str] = PrivateAttr(default={})
    _learned: Learned = PrivateAttr(default={})
    _own_guards: tuple[OwnGuard, ...] = PrivateAttr(default=())
    _layout: LayoutCheck | None = PrivateAttr(default=None)

    @property
    def own_models(self) -> Mapping[str, BaseChatModel]:
        """Chat models of the user's own, by the strings that stand for them."""
        return self._own_models

    @property
    def own_guards(self) -> tuple[OwnGuard, ...]:
        """Guards of the user's own."""
        return self._own_guards

    @property
    def layout(self) -> LayoutCheck | None:
        """What a response may not hold where the data is kept; None where it may hold anything."""
        return self._layout

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of calls to where no role's own address leads, by references to variables."""
        return self._headers

    def with_models(self, models: ModelProvider) -> Self:
        """Return the same settings with chat models from elsewhere, such as a run's engine."""
        copy = self.model_copy()
        copy._models = models
        return copy

    def with_own_models(self, models: Mapping[str, BaseChatModel]) -> Self:
        """Return the same settings with chat models that some of their strings stand for."""
        copy = self.model_copy()
        copy._own_models = models
        return copy

    def with_own_guards(self, guards: Iterable[OwnGuard]) -> Self:
        """Return the same settings with guards of the user's own."""
        copy = self.model_copy()
        copy._own_guards = tuple(guards)
        return copy

    def with_layout(self, layout: LayoutCheck | None) -> Self:
        """Return the same settings for data of another layout."""
        copy = self.model_copy()
        copy._layout = layout
        return copy

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Return the same settings with headers, each by a reference to a variable."""
        name_variables(headers)
        copy = self.with_fields({})
        copy._headers = headers
        return copy

    def with_learned(self, learned: Learned) -> Self:
        """Return the same settings for endpoints of which more is known."""
        copy = self.with_fields({})
        copy._learned = learned
        return copy

    def with_fields(self, fields: Mapping[str, Any]) -> Self:
        """Return the same settings but for these, which are valid."""
        copy = self.model_copy(update=fields)
        vars(copy).pop("settings", None)  # made anew
        return copy
