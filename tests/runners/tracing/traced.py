"""Runs traced at a loopback LangSmith, in this process."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from langsmith.utils import get_env_var

from tests.support.langsmith_server import Fault, LangSmith, serve_langsmith

MODEL = "openai:test-model"
_kept: Any = get_env_var


@contextmanager
def tracing(
    variables: Mapping[str, str] | None = None, *, zstd: bool = True, fault: Fault | None = None
) -> Generator[LangSmith]:
    """Have LANGSMITH_TRACING on, an endpoint for it, and further variables."""
    more = variables or {}
    with (
        serve_langsmith(zstd=zstd, fault=fault) as langsmith,
        environment({**langsmith.variables, **more}),
    ):
        yield langsmith


@contextmanager
def environment(variables: Mapping[str, str]) -> Generator[None]:
    """Have variables set, also for langsmith, which remembers what it has read."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        _kept.cache_clear()
        yield
    _kept.cache_clear()


def warnings_in(err: str) -> list[str]:
    """The warnings among what a command said."""
    return [line for line in err.splitlines() if "warning" in line.lower()]
