"""What a program can give a context in addition to its fields: chat models, guards, headers.

None of it is a field, since a server's clients set the fields: they must neither choose code to run
nor have variables of the server's environment sent to an address of theirs.
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
    """The part of `Context` that is no field. Contexts don't change: each method returns a copy."""

    _own_models: Mapping[str, BaseChatModel] = PrivateAttr(default={})
    _headers: Mapping[str, str] = PrivateAttr(default={})
    _learned: Learned = PrivateAttr(default={})
    _own_guards: tuple[OwnGuard, ...] = PrivateAttr(default=())
    _layout: LayoutCheck | None = PrivateAttr(default=None)

    @cached_property
    def models(self) -> ModelProvider | None:
        """Who gives the chat models in the place of the settings; None if nobody does.

        Each call asks, and pydantic takes its time for a private attribute.
        """
        return None

    @cached_property
    def first_line_models(self) -> ModelProvider:
        """The same for judges that are asked for a first line alone (`Context.first_lines`)."""
        raise LookupError("models are given by `with_models`")

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
        """Headers by name, as references to variables; not sent to a role's own address."""
        return self._headers

    def with_models(self, models: ModelProvider, first_lines: ModelProvider | None = None) -> Self:
        """Return a copy that takes all chat models from `models`, such as a run's engine.

        Those for a first line alone are taken from `first_lines`, if given.
        """
        copy = self.model_copy()
        vars(copy).update(models=models, first_line_models=first_lines or models)
        return copy

    def with_own_models(self, models: Mapping[str, BaseChatModel]) -> Self:
        """Return a copy with chat model objects, by the model strings that stand for them."""
        copy = self.model_copy()
        copy._own_models = models
        return copy

    def with_own_guards(self, guards: Iterable[OwnGuard]) -> Self:
        """Return a copy with guards of the user's own."""
        copy = self.model_copy()
        copy._own_guards = tuple(guards)
        return copy

    def with_layout(self, layout: LayoutCheck | None) -> Self:
        """Return the same settings for data of another layout."""
        copy = self.model_copy()
        copy._layout = layout
        return copy

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Return a copy with headers; values are references such as `$GATEWAY_KEY`."""
        name_variables(headers)
        copy = self.with_fields({})
        copy._headers = headers
        return copy

    def with_learned(self, learned: Learned) -> Self:
        """Return a copy that knows what endpoints have been found to refuse."""
        copy = self.with_fields({})
        copy._learned = learned
        return copy

    def with_fields(self, fields: Mapping[str, Any]) -> Self:
        """Return a copy with other values of fields that say how models are called.

        They are not validated. Cached properties that are no settings stay as they are: a run's
        prompt pack must not be read again while its file may change.
        """
        copy = self.model_copy(update=fields)
        for name in ("settings", "first_lines"):
            vars(copy).pop(name, None)
        return copy
