"""Finds the known name that is closest to a misspelt one."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def nearest(name: str, names: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The name that was probably meant; None if none is close (`cutoff`: 1 is identical)."""
    return next(iter(get_close_matches(name, list(names), n=1, cutoff=cutoff)), None)


def there_are(name: str, names: Sequence[str]) -> str:
    """List the known names for an unknown one, the closest first."""
    meant = nearest(name, names, cutoff=0.52)
    return f"there are {', '.join(sorted(names, key=lambda each: each != meant))}"
