"""Token limits of answers: the only setting that may be raised when a run is resumed.

An answer that ended by itself is the same under a higher limit, so existing answers stay valid.
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, JsonValue

from nodes.conversation import ConversationContext
from nodes.models.request import LIMITS, limit_of
from nodes.role_settings import RoleSettings
from prompts.roles import Speaker


class AnswerLimits(BaseModel):
    """The settings of a run that contain its token limits, at some time."""

    model_config = ConfigDict(extra="forbid")

    max_tokens: int
    params: dict[str, JsonValue] = {}
    role_settings: dict[Speaker, RoleSettings] = {}

    @classmethod
    def of(cls, context: ConversationContext) -> Self:
        """The limits in a run's settings."""
        return cls(
            max_tokens=context.max_tokens,
            params=context.params,
            role_settings=context.role_settings,
        )

    def put_into(self, context: ConversationContext) -> ConversationContext:
        """The settings with these limits instead."""
        return context.with_fields(dict(self))


def is_raise(before: ConversationContext, now: ConversationContext) -> bool:
    """Whether only limits differ, and none is lower than before."""
    if AnswerLimits.of(before) == AnswerLimits.of(now) or _without_limits(
        before
    ) != _without_limits(now):
        return False
    return all(
        _is_at_least(limit_of(now.settings[role]), limit_of(settings))
        for role, settings in before.settings.items()
    )


def _is_at_least(limit: int | None, other: int | None) -> bool:
    """Compare two limits; None is no limit."""
    return limit is None or (other is not None and limit >= other)


def _without_limits(context: ConversationContext) -> dict[str, Any]:
    """All other settings, without roles that have nothing else."""
    told = context.model_dump()
    roles = {role: _others(own) for role, own in told["role_settings"].items()}
    return _others(told) | {
        "role_settings": {role: own for role, own in roles.items() if own != _NOTHING}
    }


def _others(settings: Mapping[str, Any]) -> dict[str, Any]:
    params = {name: value for name, value in settings["params"].items() if name not in LIMITS}
    return {**settings, "max_tokens": None, "params": params}


_NOTHING = _others(RoleSettings().model_dump())
"""The other settings of a role that has none."""
