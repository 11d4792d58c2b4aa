"""Headers for a gateway, whose values are read from environment variables."""

import os
import re
from collections.abc import Mapping

from nodes.models.problems import ModelError

HEADER_VALUE = re.compile(r"(?:[A-Za-z]+ )?\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>\w+)\})")
"""A reference to an environment variable, optionally after a word such as `Bearer`."""
_variables: set[str] = set()
"""Variables that headers have named in this process; their values never appear in messages."""


def named_variables() -> frozenset[str]:
    """The variables that headers have named so far."""
    return frozenset(_variables)


def name_variables(headers: Mapping[str, str]) -> None:
    """Remember the variables that these headers refer to."""
    _variables.update(map(_variable, headers.values()))


def resolved_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with their values. Raises ModelError naming a variable that is not set."""
    return {name: _value(name, reference) for name, reference in headers.items()}


def _value(name: str, reference: str) -> str:
    variable = _variable(reference)
    _variables.add(variable)
    value = os.environ.get(variable)
    if not value:
        raise ModelError(f"header {name}: {variable} is not set")
    if not value.isprintable():
        raise ModelError(f"header {name}: {variable} has a control character in it")
    return f"{reference.partition('$')[0]}{value}"


def _variable(reference: str) -> str:
    match = HEADER_VALUE.fullmatch(reference)
    if match is None:  # not shown, because it may be a secret
        raise ModelError("a header has a value that is no reference to a variable")
    return match["plain"] or match["braced"]
