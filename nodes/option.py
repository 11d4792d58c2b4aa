"""An option: what is declared about it besides its type, and how its value is read from text.

Imports nothing heavy, because every command imports it.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nodes.models.headers import HEADER_VALUE


class Option(NamedTuple):
    """An option without its name, type and bounds."""

    default: Any
    help: str
    panel: str = ""
    """The heading under which help pages and tables list it."""
    flag: str | None = None
    """Its name on the command line, if that is not its own with dashes; DATA has none."""
    typed: Any = None
    """The type that the command line reads, if that is not the option's own."""
    read: Callable[[Any], Any] | None = None
    """Converts text into the value; raises ValueError that says how to write it."""
    metavar: str | None = None
    example: Any = None
    conceals: bool = False
    """Whether the value may be a secret: then errors don't quote it, and `read` is given values
    other than text, too."""


class OptionError(ValueError):
    """A text is not a valid value of its option; the message says how to write one."""


def option_of(declared: Any) -> Option:
    """Return the Option of an annotated type. Raises StopIteration if it has none."""
    return next(each for each in declared.__metadata__ if isinstance(each, Option))


_ROLE_PARAM = re.compile(r"(\w+)\.(\w+)=(.+)", re.DOTALL)
_PARAM = re.compile(r"(\w+)=(.*)", re.DOTALL)


_HEADER_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)


def read_headers(said: str | list[Any] | Mapping[str, Any]) -> dict[str, str]:
    """Read `NAME=$VARIABLE`. Errors never quote the value, because it may be a secret."""
    if not isinstance(said, Mapping):
        pairs = [str(each).partition("=")[::2] for each in read_texts(said)]
        said = {name: value if value else "" for name, value in pairs}
    for name, value in said.items():
        if not _HEADER_NAME.fullmatch(name):
            raise OptionError("write NAME=$VARIABLE, such as 'X-Api-Key=$GATEWAY_KEY'")
        if not HEADER_VALUE.fullmatch(str(value)):
            raise OptionError(
                f"{name}: its value must stand in the environment, since it may be a secret; write "
                f"'{name}=$VARIABLE', in quotes so that the shell leaves it as it is"
            )
    return dict(said)


def read_header_name(said: Any) -> str:
    """Read the name of a header."""
    if not _HEADER_NAME.fullmatch(str(said)):
        raise OptionError("write the name of a header, such as X-Session-Id")
    return str(said)


def read_texts(said: str | list[Any]) -> list[Any]:
    """Read several texts: a list or, from the environment, texts separated by blanks."""
    return said.split() if isinstance(said, str) else said


def read_addresses(said: str | list[Any]) -> str | list[Any]:
    """Read one address, or several in the same way."""
    texts = read_texts(said)
    return texts[0] if len(texts) == 1 else texts


_MODEL = re.compile(r"\w+:\S+|rehearsal")


def read_models(said: str | list[str]) -> str | list[str]:
    """Read one model, or several in the same way."""
    texts = said.split() if isinstance(said, str) else said
    if isinstance(said, str) and not all(map(_MODEL.fullmatch, texts)):
        return said  # such as a file whose name has a blank
    return texts[0] if len(texts) == 1 else texts


def _value(text: str) -> Any:
    """Read JSON; anything else is taken as text, so that `low` needs no quotes."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def read_params(said: str | list[str]) -> dict[str, Any]:
    """Read `NAME=JSON`."""
    params: dict[str, Any] = {}
    for text in read_texts(said):
        match = _PARAM.fullmatch(text)
        if match is None:
            raise OptionError("write NAME=JSON, such as seed=7 or reasoning_effort=low")
        params[match[1]] = _value(match[2])
    return params


def read_roles(said: str | list[str]) -> dict[str, dict[str, Any]]:
    """Read `ROLE.NAME=JSON`."""
    roles: dict[str, dict[str, Any]] = {}
    for text in read_texts(said):
        match = _ROLE_PARAM.fullmatch(text)
        if match is None:
            raise OptionError("write ROLE.NAME=JSON, such as judge.temperature=0.3")
        roles.setdefault(match[1], {})[match[2]] = _value(match[3])
    return roles
