"""Claims: which actor makes which call, so that equal calls of several actors are made once."""

import asyncio


class Claims:
    """Calls in progress, by their key in the journal."""

    def __init__(self) -> None:
        self._answers: dict[bytes, asyncio.Future[bytes | None]] = {}

    def take(self, key: bytes) -> asyncio.Future[bytes | None] | None:
        """Claim a call; if another actor has, return the future of its packed answer.

        It resolves to None if the call failed or was abandoned: then whoever waits may try.
        """
        if key in self._answers:
            return self._answers[key]
        self._answers[key] = asyncio.get_running_loop().create_future()
        return None

    def release(self, key: bytes, answer: bytes | None = None) -> None:
        """Finish a claimed call."""
        self._answers.pop(key).set_result(answer)
