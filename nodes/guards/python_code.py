"""Python: code blocks that no longer compile."""

import ast
import re
import textwrap
import warnings

from nodes.guards.fences import blocks_of

_PYTHON = ("python", "py", "python3")
_NOT_PLAIN = re.compile(r"^[ \t]*(?:>>>|\.\.\.[ ]|[!%$][ ]?\w|pip3? install|python3? [\w-])", re.M)
"""Lines of an interactive session or a shell, which are not Python source."""


def is_python_broken(response: str, original: str) -> bool:
    """Whether the response has a Python block with a syntax error, and the original has none.

    Nothing is run. Blocks that contain lines of an interactive session are not checked.
    """
    return has_broken_python(response) and not has_broken_python(original)


def has_broken_python(text: str) -> bool:
    """Whether one of a text's Python blocks does not compile."""
    return any(
        not _compiles(each.body)
        for each in blocks_of(text)
        if each.language in _PYTHON and not _NOT_PLAIN.search(each.body)
    )


def _compiles(code: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape is bad style, and compiles
        try:
            ast.parse(textwrap.dedent(code))
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # NUL, nested too deep
            return False
    return True
