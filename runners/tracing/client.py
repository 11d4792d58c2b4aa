"""LangSmith's client as coevol uses it: behind an outbox, and with one-line errors."""

import logging
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from langsmith import Client, tracing_context  # pyright: ignore[reportUnknownVariableType]
from langsmith.utils import (
    LangSmithError,
    LangSmithMissingAPIKeyWarning,
    LangSmithNotFoundError,
    get_env_var,
)

from nodes.models.errors import without_secrets
from runners.errors import UsageError
from runners.tracing.outbox import Outbox
from runners.tracing.wire import ClientSession

_BATCH_BYTES = 10 << 20
_ATTEMPTS = 3
_PATIENCE = 30.0
"""Seconds for the delivery of a command's last traces."""


class NoClient(Exception):
    """The environment does not allow making a client; the message is one line."""


def make_client(session: ClientSession, **options: Any) -> Client:
    """Make a client that speaks through `session`. Raises NoClient."""
    # A missing key is reported only if tracing is on.
    with warnings.catch_warnings(), tracing_context(enabled=True):
        warnings.simplefilter("error", LangSmithMissingAPIKeyWarning)
        try:
            return Client(
                session=session,
                max_batch_size_bytes=_BATCH_BYTES,
                tracing_mode="langsmith",  # not its OpenTelemetry export: see tracing/otel.py
                tracing_sampling_rate=1.0,  # whole rows are chosen earlier, at no cost
                hide_metadata=get_env_var("HIDE_METADATA") == "true" or _without_environment,
                **options,
            )
        except LangSmithMissingAPIKeyWarning:
            raise NoClient("LANGSMITH_API_KEY is not set") from None
        except (LangSmithError, ValueError) as error:
            raise NoClient(" ".join(str(error).split())) from None


@contextmanager
def connected() -> Generator[Client]:
    """A client for a command. Raises UsageError: no key, no answer, a rejection."""
    outbox = Outbox(ClientSession(_ATTEMPTS))
    try:
        client = make_client(outbox.session)
    except NoClient as reason:
        raise UsageError(f"LangSmith: {reason}") from None
    outbox.start(client, None)
    try:
        with _unheard("langsmith"), _unheard("langchain_core"):
            yield client
        client.flush(timeout=_PATIENCE)
        if lost := outbox.finish(time.monotonic() + _PATIENCE):
            raise UsageError(f"LangSmith: traces of {lost} rows were not taken: {outbox.trouble}")
    except LangSmithError as error:
        raise UsageError(f"LangSmith: {_one_line(error)}") from None
    finally:
        outbox.finish(time.monotonic())
        client.close(timeout=0)


@contextmanager
def _unheard(name: str) -> Generator[None]:
    """Keep a library's log off the terminal: its errors are reported on one line."""
    logger, nowhere = logging.getLogger(name), logging.NullHandler()
    propagates = logger.propagate
    logger.addHandler(nowhere)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = propagates
        logger.removeHandler(nowhere)


def _one_line(error: LangSmithError) -> str:
    """The error's message without addresses and keys."""
    if isinstance(error, LangSmithNotFoundError):
        return without_secrets(" ".join(str(error).split()))[:200]
    reason = error.__cause__  # raised by our session
    return f"{reason}; see LANGSMITH_ENDPOINT and LANGSMITH_API_KEY" if reason else "refused"


def _without_environment(metadata: dict[str, Any]) -> dict[str, Any]:
    """Leave out the environment variables, which the client adds to each run's metadata."""
    theirs = ("LANGSMITH_", "LANGCHAIN_", "ls_tracing_sample_rate")
    return {name: value for name, value in metadata.items() if not name.startswith(theirs)}
