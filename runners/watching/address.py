"""The address at which metrics are served: this machine's own by default."""

import re
from typing import NamedTuple

from runners.errors import UsageError

LOOPBACK = "127.0.0.1"
_ADDRESS = re.compile(r"(?:(?P<host>[^\s:\[\]]+|\[[0-9a-fA-F:.]+\]):)?(?P<port>\d{1,5})")
_MOST = 65535


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int
    """0 for any free port."""

    def __str__(self) -> str:
        """As in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_address(given: int | str) -> Address:
    """Read `PORT` or `HOST:PORT`; an IPv6 address in brackets. Raises UsageError."""
    match = _ADDRESS.fullmatch(str(given))
    if match is None or int(match["port"]) > _MOST:
        raise UsageError(f"--metrics {given}: write PORT, or HOST:PORT such as {LOOPBACK}:9464")
    return Address((match["host"] or LOOPBACK).strip("[]"), int(match["port"]))
