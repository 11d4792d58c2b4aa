"""Where a run's driver is, and the way there.

An actor imports no more than this before it is connected: what it dies of later, its driver hears.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

HEARTBEAT = 60.0
"""Seconds between two pings; who does not answer one within half of that is taken for dead. A
driver may be busy for a while with the rows of a large dataset that are done."""
READY = "ready"
"""What an actor says once it can take work; any other text is what it dies of."""


@dataclass(frozen=True)
class DriverAddress:
    """Where a run's driver is to be found."""

    url: str
    """http://HOST:PORT, on the cluster's own network."""
    token: str = field(repr=False)
    """What whoever comes must show: it opens the driver's keys, so no record may show it."""

    @property
    def headers(self) -> dict[str, str]:
        """How it is shown."""
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
