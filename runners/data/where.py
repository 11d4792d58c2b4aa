"""A condition on a row's fields, in Python syntax: `category == "qa" and len(output) < 200`.

simpleeval interprets the expression's tree; nothing is executed as code. Only a few methods of
strings and `get` of objects can be called.
"""

import ast
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

from runners.data.rows import Fields, Row
from runners.data.texts import names_in
from runners.errors import UsageError

_FUNCTIONS = {each.__name__: each for each in (len, int, float, str, abs, min, max, any, all)}
_METHODS = {
    str: {"lower", "upper", "strip", "split", "startswith", "endswith", "count"},
    dict: {"get"},
}


def _remainder(one: Any, other: Any) -> Any:
    """`%` of numbers: a text's would lay out another, of any width."""
    if isinstance(one, str | bytes):
        raise TypeError("% is for numbers")
    return one % other


class _Names(Fields):
    """A row's fields by name; a missing field is None, as null is."""

    def __missing__(self, name: str) -> None:
        return None


class Where:
    """A condition on rows."""

    def __init__(self, expression: str) -> None:
        """Raises UsageError if it is not an expression."""
        self._expression = expression.strip()
        try:
            self._tree = ast.parse(self._expression, mode="eval").body
        except (SyntaxError, ValueError) as error:
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            raise UsageError(f"--where {self._shown}: not an expression: {reason}") from None
        except (RecursionError, MemoryError):  # the latter is what the parser's own stack raises
            raise UsageError(f"--where {self._shown}: nested too deeply") from None

    def check(self, rows: Sequence[Row]) -> None:
        """Raise UsageError for a field that none of the first rows has: most likely a typo."""
        there = dict.fromkeys(name for row in rows for name in row.fields)
        names = [each for each in ast.walk(self._tree) if isinstance(each, ast.Name)]
        bound = {each.id for each in names if isinstance(each.ctx, ast.Store)}
        for each in names:
            if each.id not in {*there, *bound, *_FUNCTIONS}:
                found = f"fields found: {names_in(there)}"
                raise UsageError(f"--where {self._shown}: no field {each.id}; {found}")

    def fits(self, row: Row) -> bool:
        """Whether a row meets the condition. Raises UsageError if it can't be evaluated."""
        evaluator = self._evaluator
        evaluator.names = _Names(row.fields)
        try:
            return bool(evaluator.eval(self._expression, previously_parsed=self._tree))
        except RecursionError:
            raise UsageError(f"--where {self._shown}: nested too deeply") from None
        except (*self._errors, TypeError, ValueError, LookupError, ArithmeticError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            is_kind = isinstance(error, TypeError)
            hint = "; null and what is not there are None: x and len(x) < 9" if is_kind else ""
            raise UsageError(f"{row.where}: --where {self._shown}: {reason}{hint}") from None

    @property
    def _shown(self) -> str:
        return self._expression[:60]

    @cached_property
    def _library(self) -> Any:
        return import_module("simpleeval")  # without types

    @cached_property
    def _evaluator(self) -> Any:
        evaluator = self._library.EvalWithCompoundTypes(
            functions=_FUNCTIONS, allowed_attrs=_METHODS
        )
        evaluator.operators[ast.Mod] = _remainder
        del evaluator.nodes[ast.JoinedStr]  # an f-string lays texts out, too
        return evaluator

    @cached_property
    def _errors(self) -> tuple[type[Exception], ...]:
        return (self._library.InvalidExpression,)
