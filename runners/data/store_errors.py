"""Errors of stores: turns the exceptions of their libraries into one-line errors."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

from nodes.models.errors import without_secrets
from runners.errors import StorageError, UsageError

_OUTAGES = (
    ("botocore.exceptions", "ConnectionError"),
    ("botocore.exceptions", "HTTPClientError"),
    ("aiohttp", "ClientError"),
    ("httpx", "TransportError"),
    ("httpx2", "TransportError"),
)
_REFUSALS = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("gcsfs.retry", "HttpError"),
    ("azure.core.exceptions", "AzureError"),
    ("httpx", "HTTPError"),
    ("httpx2", "HTTPError"),
)
"""Exceptions of stores' libraries that do not derive from OSError."""


@contextmanager
def store_errors(where: object) -> Generator[None]:
    """Turn exceptions of stores' libraries into errors that say where they happened.

    Raises UsageError for what does not exist or is forbidden, StorageError if the store can't be
    reached. An OSError without an errno is not a store's: gzip raises such for a damaged file.
    """
    try:
        yield
    except _classes(_OUTAGES) as error:
        hint = "check the network and the address, then start again"
        raise StorageError(
            f"{where}: no connection to the store ({_reason(error)}); {hint}"
        ) from None
    except FileNotFoundError as error:
        # Some have nothing but the path as their message.
        reason = _reason(error) if " " in str(error) else "no such file, folder or bucket"
        raise UsageError(f"{where}: {reason}") from None
    except PermissionError as error:
        hint = "are the keys in the environment the right ones?"
        raise UsageError(f"{where}: no permission ({_reason(error)}); {hint}") from None
    except _classes(_REFUSALS) as error:
        raise UsageError(f"{where}: {_reason(error)}") from None
    except OSError as error:
        if error.errno is None:
            raise
        hint = "start again when it works"
        raise StorageError(f"{where}: the store failed ({_reason(error)}); {hint}") from None


def _reason(error: Exception) -> str:
    return without_secrets(" ".join(str(error).split()) or type(error).__name__)[:300]


def _classes(names: tuple[tuple[str, str], ...]) -> tuple[type[Exception], ...]:
    """The classes whose libraries have been imported; others can't have been raised."""
    used = [(sys.modules[module], name) for module, name in names if module in sys.modules]
    return tuple(getattr(module, name) for module, name in used)
