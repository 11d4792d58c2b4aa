"""Arguments given in Python, held against the command line's options: their one declaration."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from typer.models import OptionInfo

from runners.cli import evolve as command
from runners.errors import UsageError
from runners.options.arguments import Params

_TYPED = {"format": "format_", "map": "map_"}
"""Names that the command line's function may not have."""
_IN_PYTHON_ONLY = {"role_settings"}
"""What has a form of its own on the command line, and is checked where it is used."""


def as_typed(given: Mapping[str, Any]) -> Params:
    """The arguments as if they had been typed. Raises UsageError naming the first that is wrong."""
    own = {name: given[name] for name in _IN_PYTHON_ONLY}
    typed = {_TYPED.get(name, name): value for name, value in given.items() if name not in own}
    if isinstance(typed["map_"], Mapping):
        pairs = cast("Mapping[str, str]", typed["map_"])
        typed["map_"] = ",".join(f"{name}={field}" for name, field in pairs.items())
    for name in ("concurrency", "max_failures"):
        typed[name] = str(typed[name]) if isinstance(typed[name], int) else typed[name]
    return own | {name: _checked(name, value) for name, value in typed.items()}


def _checked(name: str, value: Any) -> Any:
    kind, option = _options()[name]
    try:
        value = kind.validate_python(value)
    except ValidationError as error:
        raise _wrong(name, value, error.errors()[0]["msg"]) from None
    if value is not None and option.min is not None and value < option.min:
        raise _wrong(name, value, f"must be at least {option.min:g}")
    if value is not None and option.max is not None and value > option.max:
        raise _wrong(name, value, f"must be at most {option.max:g}")
    return value


def _wrong(name: str, value: object, problem: str) -> UsageError:
    shown = " ".join(repr(value).split())[:60]
    return UsageError(f"{name.removesuffix('_')} = {shown}: {problem}")


@cache
def _options() -> dict[str, tuple[TypeAdapter[Any], OptionInfo]]:
    """The type and the bounds of each option of `coevol evolve`."""
    hints = get_type_hints(command.evolve, include_extras=True)
    declared = {name: get_args(hint) for name, hint in hints.items()}
    return {
        name: (TypeAdapter(parts[0]), parts[1])
        for name, parts in declared.items()
        if len(parts) > 1 and isinstance(parts[1], OptionInfo)
    }
