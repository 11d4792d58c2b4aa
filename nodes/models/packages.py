"""Packages that only some models need, imported when one of those is asked for."""

from importlib import import_module
from typing import Any

from nodes.models.problems import ModelError


def import_package(module: str, model: str, what: str, install: str) -> Any:
    """Import an untyped package that a model needs.

    Raises ModelError that names the model and `what` is missing, and tells how to `install` it.
    """
    try:
        return import_module(module)
    except ImportError:
        hint = f"pip install '{install}' installs it"
        raise ModelError(f"model {model!r}: {what} is not installed; {hint}") from None
