"""A client of the loopback model."""

from collections.abc import Callable, Generator
from contextlib import ExitStack

import pytest
from openai import OpenAI

from tests.support.server import Server

Connect = Callable[..., OpenAI]


@pytest.fixture
def connect() -> Generator[Connect]:
    """Make openai clients without retries of their own; they are closed after the test."""
    with ExitStack() as stack:

        def make(server: Server, key: str = "some-key", retries: int = 0) -> OpenAI:
            client = OpenAI(base_url=server.base_url, api_key=key, max_retries=retries, timeout=5.0)
            return stack.enter_context(client)

        yield make
