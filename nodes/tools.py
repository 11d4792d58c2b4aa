"""Tools: a conversation's tools and their calls, in text that agents can read. Pure.

Datasets store them as chat APIs do, or as JSON in a string.
"""

import json
from collections.abc import Iterator
from typing import Any, cast

Fields = dict[str, Any]
_HEADING = "Tools:"


def declared(tools: Any) -> str:
    """The tools that a dataset declares, one per line; empty if it declares none.

    `- tide(place: string, day?: string): When water is high.`
    """
    parsed = _parsed(tools)
    listed = cast("list[Any]", parsed) if isinstance(parsed, list) else []
    functions = [_function_of(each) for each in listed]
    if not functions or not all(isinstance(each.get("name"), str) for each in functions):
        return ""
    return "\n".join([_HEADING, *map(_declaration, functions)])


def called(calls: Any) -> str:
    """The calls of a message, such as `tide({"place":"Brest"})`; other values as JSON."""
    listed = cast("list[Any]", calls) if isinstance(calls, list) else [calls]
    return " ".join(map(_call, listed))


def _call(call: Any) -> str:
    function = _function_of(call)
    name, arguments = function.get("name"), function.get("arguments")
    if not isinstance(name, str) or arguments is None:
        return _json(call)
    return f"{name}({arguments if isinstance(arguments, str) else _json(arguments)})"


def _declaration(function: Fields) -> str:
    words = function.get("description")
    said = f": {' '.join(words.split())}" if isinstance(words, str) and words.strip() else ""
    return f"- {function['name']}({', '.join(_parameters(function))}){said}"


def _parameters(function: Fields) -> Iterator[str]:
    """The properties of a JSON schema, or of a bare mapping of them."""
    schema = function.get("parameters")
    given = cast("Fields", schema) if isinstance(schema, dict) else {}
    properties, required = given.get("properties", given), given.get("required")
    for name, each in cast("Fields", properties if isinstance(properties, dict) else {}).items():
        kind = cast("Fields", each).get("type") if isinstance(each, dict) else None
        is_optional = isinstance(required, list) and name not in required
        yield f"{name}{'?' if is_optional else ''}{f': {kind}' if isinstance(kind, str) else ''}"


def _function_of(value: Any) -> Fields:
    """A tool or call without the wrapper of chat APIs; empty if it is neither."""
    fields = cast("Fields", value) if isinstance(value, dict) else {}
    inner = fields.get("function", fields)
    return cast("Fields", inner) if isinstance(inner, dict) else {}


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None


def _json(value: Any) -> str:
    # `default=str`: the values come from data, and only need to be readable.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
