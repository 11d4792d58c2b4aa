"""What the service tiers of a run's providers have answered."""

from collections.abc import Iterable, Mapping
from typing import Any

from runners.calls.spending import SpendingReader
from runners.calls.spent import Spent
from runners.calls.spent_table import Account

_USUAL = "standard"
"""What the tier is called that is billed as usual."""


def calls_by_tier(spending: SpendingReader) -> list[dict[str, Any]]:
    """Calls and cost by the tier that answered, the usual one first; none if there was no other."""
    parts: dict[str, dict[Account, Spent]] = {}
    for account, spent in spending.accounts.items():
        parts.setdefault(account.terms.tier, {})[account] = spent
    if not any(parts):
        return []
    return [
        {
            "tier": tier or _USUAL,
            "answered": sum(each.calls for each in parts[tier].values()),
            "cost_usd": spending.cost_of_all(parts[tier]),
        }
        for tier in sorted(parts)
    ]


def tier_tally_lines(told: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say how many calls each tier has answered, and what they cost; nothing of the usual alone."""
    parts = [f"{each['answered']} by {each['tier']}{_cost(each['cost_usd'])}" for each in told]
    return [f"service tiers: {', '.join(parts)}"] if parts else []


def _cost(cost: float | None) -> str:
    return f" (${cost:.4f})" if cost else ""
