"""Optional dependencies (extras), imported where they are used."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from runners.errors import UsageError


def import_extra(name: str, what: str, extra: str) -> Any:
    """Import a module of an optional dependency, which `what` needs.

    Raises UsageError that says how to install it.
    """
    try:
        return import_module(name)
    except ImportError:
        raise missing_extra(what, extra) from None


def missing_extra(what: str, extra: str) -> UsageError:
    """Return the error to raise where an extra is not installed that `what` needs."""
    return UsageError(
        f"{what}: a package for this is not installed; pip install 'coevol[{extra}]' installs it"
    )


def has_report_extra() -> bool:
    """Whether what only pages need is installed."""
    return all(find_spec(name) for name in ("jinja2", "matplotlib"))
