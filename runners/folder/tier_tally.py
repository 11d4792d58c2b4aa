"""Counts of the calls that each service tier has answered."""

from collections.abc import Iterable, Mapping
from typing import Any

from runners.calls.spending import SpendingReader
from runners.calls.spent import Spent
from runners.calls.spent_table import Account

_USUAL = "standard"
"""The name of the tier at the usual price."""


def calls_by_tier(spending: SpendingReader) -> list[dict[str, Any]]:
    """Calls and cost by tier, the usual one first; empty if there was no other."""
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
    """Calls and cost of each tier, in words; empty if there was only the usual tier."""
    parts = [f"{each['answered']} by {each['tier']}{_cost(each['cost_usd'])}" for each in told]
    return [f"service tiers: {', '.join(parts)}"] if parts else []


def _cost(cost: float | None) -> str:
    return f" (${cost:.4f})" if cost else ""
