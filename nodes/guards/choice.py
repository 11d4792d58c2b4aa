"""Parses `--guards`: named sets of guards, and guards by their own names."""

from collections.abc import Mapping
from difflib import get_close_matches

from nodes.guards.flaws import DEFAULT, FLAWS

_SETS: Mapping[str, tuple[str, ...]] = {"default": DEFAULT, "all": tuple(FLAWS)}
NONE = "none"
"""The paper's exact algorithm: nothing is cleaned, nothing refused."""


def chosen_guards(choice: str) -> tuple[str, ...]:
    """The guards that `default`, `none`, `all` or a list such as `default,language` stands for.

    They come in the order of FLAWS. Raises ValueError for an unknown name, suggesting the nearest.
    """
    names = [name.strip() for name in choice.split(",")]
    if names == [NONE]:
        return ()
    chosen = {guard for name in names for guard in _SETS.get(name, (name,))}
    unknown = next((name for name in names if name not in {*_SETS, *FLAWS}), None)
    if unknown is not None:
        raise ValueError(_unknown(unknown))
    return tuple(guard for guard in FLAWS if guard in chosen)


def _unknown(name: str) -> str:
    if name == NONE:
        return "none can't be combined with other guards"
    known = ("default", "all", NONE, *FLAWS)
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"no guard {name!r}; {hint}"
