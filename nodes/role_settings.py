"""Role settings: how one role differs from the others, and the parameters of its calls."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from nodes import options as o
from nodes.models.dialects import Dialect, known_dialect, params_of
from nodes.models.names import address_of
from nodes.models.request import body_of
from nodes.models.settings import ModelSettings

Params = Mapping[str, JsonValue]
"""Entries of a call's body other than the standard settings; null removes one."""
Learned = Mapping[str, Dialect]
"""What endpoints were found to reject, by `learned_key`; and, by `first_line_key`, what
judgements must be sent without if the model begins its answers with an empty line."""


class RoleSettings(BaseModel):
    """How one role differs from the others; None means no difference."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: o.Addresses = Field(
        default=None, description="Address of this role's endpoint, or several."
    )
    temperature: o.TemperatureValue | None = Field(
        default=None, description="Sampling temperature."
    )
    top_p: o.TopPValue | None = Field(default=None, description="Nucleus sampling mass.")
    max_tokens: o.TokenCount | None = Field(default=None, description="Longest answer, in tokens.")
    params: dict[str, JsonValue] = Field(
        default={}, description="More entries of its calls' body; null leaves one out."
    )


SHARED = ("base_url", *o.SAMPLING)
"""Settings that a role takes from the context unless it has its own. (Parameters add up.)"""


def model_settings(
    model: str, own: Iterable[RoleSettings], shared: Mapping[str, Any], headers: Mapping[str, str]
) -> ModelSettings:
    """Return the settings with which a role calls its model: its own, else the shared ones.

    `shared` has the settings that SHARED names. `headers` are for its address alone: a role with
    another one is called without them. Parameters are added by `with_params`.
    """
    told = dict(shared)
    for each in own:
        told |= each.model_dump(include=set(SHARED), exclude_none=True)
    if told["base_url"] == shared["base_url"]:
        told["headers"] = dict(headers)
    first, more = split_addresses(told.pop("base_url"))
    return ModelSettings(model=model, base_url=first, more_urls=more, **told)


def with_params(settings: ModelSettings, dialect: Dialect, *params: Params) -> ModelSettings:
    """Return the settings with parameters: those of the endpoint's dialect, then `params`.

    A later one replaces an earlier one, so what a person gives wins over what is known.
    """
    said: dict[str, JsonValue] = dict(params_of(dialect, body_of(settings)))
    for each in params:
        said |= each
    return settings.model_copy(update={"params": said})


def dialect_of(settings: ModelSettings, learned: Learned, *, judges: bool = False) -> Dialect:
    """Return the parameters that a model's endpoint refuses or calls otherwise, if known.

    For a model that `judges`, those that its judgements must be sent without are among them.
    """
    own = learned.get(learned_key(settings), {})
    judging: Dialect = learned.get(first_line_key(settings), {}) if judges else {}
    return {**known_dialect(settings.model, settings.base_url), **own, **judging}


def learned_key(settings: ModelSettings) -> str:
    """Return the key in Learned of a model at its address."""
    return f"{settings.model} at {address_of(settings.model, settings.base_url)}"


def first_line_key(settings: ModelSettings) -> str:
    """Return the key in Learned of a model that begins its answers with an empty line.

    A key of its own, since only judgements are asked otherwise then; all other calls stay the same,
    and so are still found in a journal.
    """
    return f"first line of {learned_key(settings)}"


def split_addresses(given: o.Addresses) -> tuple[str | None, tuple[str, ...]]:
    """Return the first address (None for the provider's own) and the others, without duplicates."""
    listed = (given,) if isinstance(given, str) else given or ()
    first, *more = tuple(dict.fromkeys(listed)) or (None,)
    return first, tuple(filter(None, more))
