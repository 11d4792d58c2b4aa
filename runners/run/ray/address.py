"""The address of a run's driver, and the connection to it.

An actor imports nothing else before it is connected, so that the driver learns of any later error.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

HEARTBEAT = 60.0
"""Seconds between pings; a peer that does not answer within half of that counts as dead. A
driver may be busy for a while with the finished rows of a large dataset."""
READY = "ready"
"""What an actor says once it accepts work; any other text is the error that ends it."""


@dataclass(frozen=True)
class DriverAddress:
    """The address of a run's driver."""

    url: str
    """http://HOST:PORT, on the cluster's own network."""
    token: str = field(repr=False)
    """A secret that connections must present. It gives access to the driver's keys, so it must
    never be logged."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that present it."""
        return {"Authorization": f"Bearer {self.token}"}


@asynccontextmanager
async def joined_driver(
    driver: DriverAddress,
) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
    """Connect to the driver for as long as the block lasts."""
    async with (
        aiohttp.ClientSession(headers=driver.headers) as session,
        session.ws_connect(
            f"{driver.url}/calls", heartbeat=HEARTBEAT, max_msg_size=0, compress=0
        ) as socket,
    ):
        yield socket
