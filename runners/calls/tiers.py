"""Tiers of a run's calls: which one each is sent to, and when it goes on to the next."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from nodes.models.settings import ModelSettings
from nodes.models.tiers import ENTRY, WITH_TIERS, Tier, tier_name, tier_told
from runners.calls.faults import Fault, Kind
from runners.errors import UsageError

_FLEX_TIMEOUT = 900.0
"""Seconds that OpenAI and Azure advise to wait for an answer of flex."""


class Tiers(NamedTuple):
    """The service tiers that calls of one model may go to, the first one first."""

    names: tuple[str, ...] = ()
    """As the provider calls them; none to ask for no tier."""
    patience: float = 0.0
    """Seconds after which a call without an answer goes on to the next tier."""

    @classmethod
    def of(cls, model: str, tiers: Iterable[Tier], patience: float) -> "Tiers":
        """Those of a model; none where its provider has none."""
        names = (tier_name(model, tier) for tier in tiers)
        return cls(tuple(name for name in names if name is not None), patience)


NO_TIERS = Tiers()


class TierOfCall:
    """The tier that one call is at."""

    def __init__(self, tiers: Tiers) -> None:
        self._left, self._patience = list(tiers.names), tiers.patience
        self._since: float | None = None
        """When the call was first sent in this tier."""

    @property
    def name(self) -> str:
        """As the provider calls it; empty where no tier is asked for."""
        return self._left[0] if self._left else ""

    @property
    def billed(self) -> str:
        """The same for its price: empty for the usual one."""
        return tier_told(self.name) or ""

    @property
    def entries(self) -> dict[str, Any]:
        """What the call's body has besides."""
        return {ENTRY: self.name} if self._left else {}

    @property
    def has_next(self) -> bool:
        """Whether the call can be sent to another tier."""
        return len(self._left) > 1

    def timeout(self, usual: float) -> float:
        """Seconds that an attempt may take."""
        return max(usual, _FLEX_TIMEOUT) if self.name == "flex" else usual

    def understood(self, fault: Fault) -> Fault:
        """A fault, which is the tier's alone where another one stands in for it."""
        is_short = self.has_next and fault.kind in (Kind.BUSY, Kind.SLOW)
        return fault._replace(kind=Kind.SHORT) if is_short else fault

    def sent(self) -> None:
        """Hear that the call is sent."""
        self._since = self._since or time.monotonic()

    def wait(self, seconds: float) -> float:
        """How long to wait of these seconds before the call is sent again, here or to the next."""
        if not self.has_next or self._since is None:
            return seconds
        return min(seconds, max(0.0, self._since + self._patience - time.monotonic()))

    def go_on_if_due(self) -> bool:
        """Go on to the next tier if this one has had its time; return whether it has."""
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
    """Say of each model which tier its calls go to."""
    for model in sorted({each.model for each in all_settings}) if tiers else ():
        names = Tiers.of(model, tiers, 0).names
        yield f"{model}: service tier {', then '.join(names) or 'none, as its provider has none'}"
