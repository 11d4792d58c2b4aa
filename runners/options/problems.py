"""Problems: pydantic's errors, in words that say what to write instead."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
}
_WORDS = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "is_instance_of": "must be a list",
    "mapping_type": "must be names with values",
    "dict_type": "must be names with values",
    "extra_forbidden": "no such setting",
}


def problem_of(error: "ErrorDetails") -> str:
    """The words for one of pydantic's errors, to follow the value: `must be at least 1`."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"must be {words} {context[bound]:g}"
    if kind == "literal_error":
        return f"must be {context['expected']}"
    return _WORDS.get(kind) or error["msg"].removeprefix("Value error, ")
