"""Hygiene: what happens to flawed rows on export."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from nodes.guards.flaws import FLAWS, LONGEST
from runners.check.changed import flaws_of
from runners.errors import UsageError
from runners.export.source import Item


class Policy(NamedTuple):
    """What to do with rows that have flaws. By default they are exported, and counted."""

    drop: frozenset[str] = frozenset()
    """Flaws for which a row is left out."""
    revert: frozenset[str] = frozenset()
    """Flaws for which a row is exported with its original responses."""
    longest: float = LONGEST
    """Most times as long as its original that a response may be, not to be `too_long`."""


class Hygiene:
    """Applies a policy to rows one by one, and counts."""

    def __init__(self, policy: Policy, delimiters: Sequence[str]) -> None:
        """`delimiters` are those of the judge's prompt in the run."""
        self._policy, self._delimiters = policy, delimiters
        self.found: Counter[str] = Counter()
        """Rows by flaw; a row may have several."""
        self.flawed = self.dropped = self.reverted = 0
        """Rows that have any flaw; of them, those that were left out or keep their originals."""

    def treat(self, item: Item) -> Item | None:
        """Count a row's flaws; return it as it is to be exported, or None if it is dropped."""
        flaws: set[str] = set()
        if item.record is not None:
            flaws = set(flaws_of(item.record, self._policy.longest, self._delimiters))
        self.found.update(flaws)
        self.flawed += bool(flaws)
        if flaws & self._policy.drop:
            self.dropped += 1
            return None
        if flaws & self._policy.revert:
            self.reverted += 1
            return item._replace(changes={})
        return item


def read_policy(
    drop: Collection[str] | None, revert: Collection[str] | None, longest: float
) -> Policy:
    """The policy for the options given. Raises UsageError for an unknown flaw."""
    return Policy(_read_flaws("--drop", drop or ()), _read_flaws("--revert", revert or ()), longest)


def _read_flaws(option: str, names: Collection[str]) -> frozenset[str]:
    """The flaws that an option names; `all` stands for all of them."""
    unknown = [name for name in names if name not in FLAWS and name != "all"]
    if unknown:
        raise UsageError(f"{option} {unknown[0]}: no such flaw; known are all, {', '.join(FLAWS)}")
    return frozenset(FLAWS if "all" in names else names)
