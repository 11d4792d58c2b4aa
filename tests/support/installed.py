"""Programs of the system that some tests need."""

import os
import shutil

import pytest


def program(*names: str, variable: str) -> str:
    """The path of the first that is installed, or of the one that a variable names.

    Skips the test where there is none; in CI, fails it.
    """
    found = os.environ.get(variable) or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing = f"apt install {names[0]}, or set {variable} to the path of one: there is none"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found
