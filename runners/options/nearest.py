"""The nearest of some names to one that is none of them."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def nearest(name: str, names: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The name that was probably meant; None if none is near, 1 being the same."""
    return next(iter(get_close_matches(name, list(names), n=1, cutoff=cutoff)), None)


def there_are(name: str, names: Sequence[str]) -> str:
    """Say which names there are where `name` is none of them, the one it is most like first."""
    meant = nearest(name, names, cutoff=0.5)
    return f"there are {', '.join(sorted(names, key=lambda each: each != meant))}"
