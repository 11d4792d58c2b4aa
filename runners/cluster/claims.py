"""Claims: which actor is making which call, so that equal calls of two actors are made once."""

import asyncio


class Claims:
    """Calls on their way, by their key in the journal."""

    def __init__(self) -> None:
        self._settled: dict[bytes, asyncio.Event] = {}

    def take(self, key: bytes) -> asyncio.Event | None:
        """Claim a call; if another has, return what to wait for before asking again."""
        if key in self._settled:
            return self._settled[key]
        self._settled[key] = asyncio.Event()
        return None

    def release(self, key: bytes) -> None:
        """Settle a call that was claimed: it is in the journal, or others may try."""
        self._settled.pop(key).set()
