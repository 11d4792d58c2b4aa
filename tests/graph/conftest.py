"""What the graph's tests share: a loopback model, a key that opens nothing, `langgraph dev`."""

import asyncio
from collections.abc import AsyncGenerator, Generator

import pytest
import pytest_asyncio
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tests.graph.served import PATIENCE
from tests.support.dev_server import dev_server
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


@pytest.fixture(scope="session", name="url")
def run_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The real `langgraph dev`: one for all files, as it takes five seconds to start."""
    with dev_server(tmp_path_factory.mktemp("served")) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="client")
async def connect(url: str) -> AsyncGenerator[LangGraphClient]:
    """A client of it."""
    async with get_client(url=url, timeout=PATIENCE) as client:
        yield client
