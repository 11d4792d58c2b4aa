"""Role settings: what one role has different from the others, and what its calls then carry."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from nodes import options as o
from nodes.models.dialects import Dialect, known_dialect, params_of
from nodes.models.names import address_of
from nodes.models.request import body_of
from nodes.models.settings import ModelSettings

Params = Mapping[str, JsonValue]
"""Entries of a call's body beside those that all models know; null leaves one out."""
Learned = Mapping[str, Dialect]
"""What endpoints have been found to refuse, by model and base URL; and of models that begin their
answers with an empty line, what judgements go without (`first_line_key`)."""


class RoleSettings(BaseModel):
    """What one role has different from the others; None means the same as everyone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: o.Addresses = Field(
        default=None, description="Address of this role's endpoint, or several."
    )
    temperature: o.Heat | None = Field(default=None, description="Sampling temperature.")
    top_p: o.Probability | None = Field(default=None, description="Nucleus sampling mass.")
    max_tokens: o.Tokens | None = Field(default=None, description="Longest answer, in tokens.")
    params: dict[str, JsonValue] = Field(
        default={}, description="More entries of its calls' body; null leaves one out."
    )


SHARED = ("base_url", *o.SAMPLING)
"""What all roles have alike unless one says otherwise, beside parameters, which add up."""


def model_settings(
    model: str, own: Iterable[RoleSettings], shared: Mapping[str, Any], headers: Mapping[str, str]
) -> ModelSettings:
    """With what a role calls its model: what it has of its own before what all have alike.

    `shared` holds what SHARED names. `headers` go where that leads, and nowhere else: one gateway's
    are no other endpoint's affair. Parameters are left out: see `with_params`.
    """
    told = dict(shared)
    for each in own:
        told |= each.model_dump(include=set(SHARED), exclude_none=True)
    if told["base_url"] == shared["base_url"]:
        told["headers"] = dict(headers)
    first, more = split_addresses(told.pop("base_url"))
    return ModelSettings(model=model, base_url=first, more_urls=more, **told)


def with_params(settings: ModelSettings, dialect: Dialect, *params: Params) -> ModelSettings:
    """The same settings with what their endpoint wants otherwise, and parameters, later ones first.

    What a person says goes before what is known of an endpoint.
    """
    said: dict[str, JsonValue] = dict(params_of(dialect, body_of(settings)))
    for each in params:
        said |= each
    return settings.model_copy(update={"params": said})


def dialect_of(settings: ModelSettings, learned: Learned, *, judges: bool = False) -> Dialect:
    """What a model's endpoint does not take, or calls otherwise, as far as is known.

    Of a model that `judges`, also what its judgements go without.
    """
    own = learned.get(learned_key(settings), {})
    judging: Dialect = learned.get(first_line_key(settings), {}) if judges else {}
    return {**known_dialect(settings.model, settings.base_url), **own, **judging}


def learned_key(settings: ModelSettings) -> str:
    """What a dialect is learned of: a model at an address."""
    return f"{settings.model} at {address_of(settings.model, settings.base_url)}"


def first_line_key(settings: ModelSettings) -> str:
    """Under which name it is learned that a model begins its answers with an empty line.

    It is not what its endpoint takes: all but judgements are asked as ever, and stay in a journal.
    """
    return f"first line of {learned_key(settings)}"


def split_addresses(given: o.Addresses) -> tuple[str | None, tuple[str, ...]]:
    """The first of some addresses, None for the provider's own, and the others, each once."""
    listed = (given,) if isinstance(given, str) else given or ()
    first, *more = tuple(dict.fromkeys(listed)) or (None,)
    return first, tuple(filter(None, more))
