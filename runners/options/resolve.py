"""Resolving: what was said of each option, checked, the best source first."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, cast

from nodes.option import OptionError
from runners.errors import UsageError
from runners.options.declared import all_options, defaults
from runners.options.problems import problem_of

Params = Mapping[str, Any]
"""A value for every option, by name."""


class GivenValue(NamedTuple):
    """A value that somebody gave, and how an error names it: `--rounds`, `recipe.yaml: rounds =`"""

    value: Any
    called: str
    is_typed: bool = False
    """Whether a person typed it as it stands: then an error shows it without quotes."""


def resolve(*sources: Mapping[str, GivenValue]) -> Params:
    """Return the value of every option: that of the first source that has one, or its default.

    Raises UsageError naming the first that is wrong.
    """
    given: dict[str, GivenValue] = {}
    for source in reversed(sources):
        given |= {name: each for name, each in source.items() if each.value is not None}
    return defaults() | {name: _checked(name, each) for name, each in given.items()}


def _checked(name: str, given: GivenValue) -> Any:
    from pydantic import ValidationError

    option, value = all_options()[name].option, given.value
    readable = (str, list, Mapping) if option.conceals else (str, list)
    try:
        if option.read is not None and isinstance(value, readable):
            value = option.read(value)
        return _type_of(name).validate_python(value)
    except OptionError as error:
        problem = str(error)
    except ValidationError as error:
        problem = problem_of(error.errors()[0])
    shown = "" if option.conceals else f" {_shown(given)}"
    raise UsageError(f"{given.called}{shown}: {problem}")


def _shown(given: GivenValue) -> str:
    """Return a value as an error shows it: as it was typed, or its repr; up to 60 characters."""
    if not given.is_typed:
        shown = repr(given.value)
    elif isinstance(given.value, list):
        shown = " ".join(cast("list[str]", given.value))
    else:
        shown = str(given.value)
    return " ".join(shown.split())[:60]


@cache
def _type_of(name: str) -> Any:
    from pydantic import TypeAdapter  # 0.2 s, for which no help page has to wait

    return TypeAdapter(all_options()[name].type)
