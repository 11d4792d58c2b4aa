"""What the graph's tests share: a loopback model and a key that opens nothing."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.support.server import Server, serve


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[Server]:
    """A loopback model for all tests of a file, which share an event loop too.

    The graph's clients stay open for as long as the loop lives. The server's end closes their
    connections, and the loop gets a moment to notice, so that none is left unclosed.
    """
    with serve() as running:
        yield running
    await asyncio.sleep(0.05)


@pytest.fixture(autouse=True)
def dummy_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client insists on a key."""
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
