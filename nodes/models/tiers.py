"""Service tiers (slower and cheaper, or faster and dearer), and providers' names for them."""

from collections.abc import Mapping
from typing import Literal

Tier = Literal["flex", "standard", "priority"]
TIERS: tuple[Tier, ...] = ("flex", "standard", "priority")
ENTRY = "service_tier"
"""The entry of a call's body that asks for a tier, and of an answer's that names it."""
HEADER = "x-gemini-service-tier"
"""The response header in which Gemini names the tier."""
_OPENAI: Mapping[Tier, str] = {"flex": "flex", "standard": "default", "priority": "priority"}
_NAMES: Mapping[str, Mapping[Tier, str]] = {
    "openai": _OPENAI,
    "azure": _OPENAI,
    "openrouter": _OPENAI,
    "groq": {"flex": "flex", "standard": "on_demand", "priority": "performance"},
    "gemini": {"flex": "flex", "standard": "standard", "priority": "priority"},
}
"""From the providers' own pages on service tiers, November 2026. The other providers have no
tiers, or none that a call can ask for by name."""
_USUAL = ("default", "standard", "on_demand", "auto", "scale")
"""Providers' names for tiers at the usual price."""
WITH_TIERS = tuple(_NAMES)
"""The providers that have tiers."""


def tier_name(model: str, tier: Tier) -> str | None:
    """A provider's name for a tier; None if it does not have it."""
    names = _NAMES.get(model.partition(":")[0])
    return None if names is None else names[tier]


def tier_told(told: object) -> str | None:
    """The tier that an answer names, empty for the usual one; None if it names none."""
    if not isinstance(told, str) or not told:
        return None
    name = told.lower()
    return "" if name in _USUAL else name
