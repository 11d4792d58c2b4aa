"""Resolving: takes each option's value from the first source that has it, and validates it."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from nodes.option import Option, OptionError
from runners.errors import UsageError
from runners.options.declared import all_options, defaults
from runners.options.problems import problem_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Params = Mapping[str, Any]
"""A value for every option, by name."""


class GivenValue(NamedTuple):
    """A given value, and its name in errors: `--rounds`, `recipe.yaml: rounds =`."""

    value: Any
    called: str
    is_typed: bool = False
    """Whether it was typed as it is: then errors show it without quotes."""


def resolve(*sources: Mapping[str, GivenValue]) -> Params:
    """The value of every option: that of the first source that has one, or its default.

    `sources` are in order of precedence. Raises UsageError naming the first value that is wrong.
    """
    given: dict[str, GivenValue] = {}
    for source in reversed(sources):
        given |= {name: each for name, each in source.items() if each.value is not None}
    return defaults() | {name: _checked(name, each) for name, each in given.items()}


def _checked(name: str, given: GivenValue) -> Any:
    from pydantic import ValidationError

    option, value = all_options()[name].option, given.value
    try:
        value = _read(option, value)
        return _type_of(name).validate_python(value)
    except OptionError as error:
        problem = str(error)
    except ValidationError as error:
        problem = _entry_of(value, error.errors()[0]) + problem_of(error.errors()[0])
    shown = "" if option.conceals else f" {_shown(given)}"
    raise UsageError(f"{given.called}{shown}: {problem}")


def _read(option: Option, value: Any) -> Any:
    """Read a value that was given as text; return any other as it is. Raises OptionError."""
    readable = (str, list, Mapping) if option.conceals else (str, list)
    return option.read(value) if option.read and isinstance(value, readable) else value


def _entry_of(value: Any, error: "ErrorDetails") -> str:
    """The entry of a mapping that is wrong, to precede the problem; empty for other values."""
    first = next(iter(error["loc"]), None)
    return f"{first}: " if isinstance(value, Mapping) and first in value else ""


def _shown(given: GivenValue) -> str:
    """A value as an error shows it: as it was typed, or its repr."""
    return as_typed(given.value if given.is_typed else repr(given.value))


def as_typed(value: object) -> str:
    """A value, or several, as typed on the command line; at most 60 characters."""
    several = cast("list[object]", value) if isinstance(value, list) else [value]
    return " ".join(" ".join(map(str, several)).split())[:60]


@cache
def _type_of(name: str) -> Any:
    from pydantic import TypeAdapter  # takes 0.2 s, which help pages need not wait for

    return TypeAdapter(all_options()[name].type)
