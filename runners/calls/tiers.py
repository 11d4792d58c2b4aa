"""Service tiers of a run's calls: where each call is sent, and when it moves to the next tier."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from nodes.models.settings import ModelSettings
from nodes.models.tiers import ENTRY, WITH_TIERS, Tier, tier_name, tier_told
from runners.calls.faults import Fault, Kind
from runners.errors import UsageError

_FLEX_TIMEOUT = 900.0
"""The timeout in seconds that OpenAI and Azure recommend for flex."""


class Tiers(NamedTuple):
    """The service tiers for calls of one model, in the order in which they are tried."""

    names: tuple[str, ...] = ()
    """The provider's names; empty to ask for no tier."""
    patience: float = 0.0
    """Seconds without an answer after which a call moves to the next tier."""

    @classmethod
    def of(cls, model: str, tiers: Iterable[Tier], patience: float) -> "Tiers":
        """The tiers of a model; none if its provider has none."""
        names = (tier_name(model, tier) for tier in tiers)
        return cls(tuple(name for name in names if name is not None), patience)


NO_TIERS = Tiers()


class TierOfCall:
    """The present tier of one call."""

    def __init__(self, tiers: Tiers) -> None:
        self._left, self._patience = list(tiers.names), tiers.patience
        self._since: float | None = None
        """When the call was first sent in this tier."""

    @property
    def name(self) -> str:
        """The provider's name for it; empty if no tier is asked for."""
        return self._left[0] if self._left else ""

    @property
    def billed(self) -> str:
        """The name by which it is billed: empty for the usual tier."""
        return (tier_told(self.name) or "") if self._left else ""

    @property
    def entries(self) -> dict[str, Any]:
        """Additional entries of the call's body."""
        return {ENTRY: self.name} if self._left else {}

    @property
    def has_next(self) -> bool:
        """Whether there is another tier to move to."""
        return len(self._left) > 1

    def timeout(self, usual: float) -> float:
        """Timeout of an attempt, in seconds."""
        return max(usual, _FLEX_TIMEOUT) if self.name == "flex" else usual

    def understood(self, fault: Fault) -> Fault:
        """The fault, as SHORT if the tier is to blame and has a successor."""
        is_short = self.has_next and fault.kind in (Kind.BUSY, Kind.SLOW)
        return fault._replace(kind=Kind.SHORT) if is_short else fault

    def sent(self) -> None:
        """The call is being sent."""
        self._since = self._since or time.monotonic()

    def wait(self, seconds: float) -> float:
        """Seconds to wait before sending the call again, here or to the next tier."""
        if not self.has_next or self._since is None:
            return seconds
        return min(seconds, max(0.0, self._since + self._patience - time.monotonic()))

    def go_on_if_due(self) -> bool:
        """Move to the next tier if this one's time is up; return whether it was."""
        is_due = self.has_next and self._since is not None and self.wait(1.0) <= 0
        if is_due:
            self._left.pop(0)
            self._since = None
        return is_due


def check_tiers(all_settings: Sequence[ModelSettings], tiers: Sequence[Tier]) -> None:
    """Raise UsageError if tiers are asked for that no model in use has."""
    models = sorted({each.model for each in all_settings})
    if tiers and not any(tier_name(model, tiers[0]) for model in models):
        have = f"{', '.join(WITH_TIERS[:-1])} and {WITH_TIERS[-1]}"
        raise UsageError(
            f"--tier {','.join(tiers)}: {', '.join(models)} can't be asked for a service tier; "
            f"{have} can: leave it out"
        )


def tier_lines(all_settings: Iterable[ModelSettings], tiers: Sequence[Tier]) -> Iterator[str]:
    """For each model, a line that says which tiers its calls go to."""
    for model in sorted({each.model for each in all_settings}) if tiers else ():
        names = Tiers.of(model, tiers, 0).names
        yield f"{model}: service tier {', then '.join(names) or 'none, as its provider has none'}"
