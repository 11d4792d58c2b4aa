"""The journal: every answered call, kept under what was asked, so that none is paid twice."""

import json
import sqlite3
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import zstandard
from langchain_core.caches import RETURN_VAL_TYPE, BaseCache
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration

from runners.database import Database, Write

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (key BLOB PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID;
"""


class Journal(BaseCache):
    """A LangChain cache in a run's database, or in a file that several runs share.

    The key is a hash of the model's settings (its `llm_string`: model, base URL, sampling) and of
    the full messages. Of an answer it keeps what the graph reads: text, metadata and usage.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def lookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """Return the answer that was given to this call, None if there is none."""
        packed = self.look_up(key_of(prompt, llm_string))
        return None if packed is None else [unpack_answer(packed)]

    async def alookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """Look up in the event loop: a read by key takes microseconds, a thread more."""
        return self.lookup(prompt, llm_string)

    def look_up(self, key: bytes) -> bytes | None:
        """Return what is kept under a key, packed; None if nothing is."""
        query = "SELECT answer FROM calls WHERE key = ?"
        return next((answer for (answer,) in self._database.read(query, (key,))), None)

    def update(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Keep an answer; it is on the disk on return. Raises StorageError."""
        self._database.write_now(_insertion(lambda: _entry(prompt, llm_string, return_val)))

    async def aupdate(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Keep an answer; it is on the disk on return. Raises StorageError."""
        await self._database.write(_insertion(lambda: _entry(prompt, llm_string, return_val)))

    async def keep(self, key: bytes, packed: bytes) -> None:
        """Keep an answer that is packed already; it is on the disk on return."""
        await self._database.write(_insertion(lambda: (key, packed)))

    def clear(self, **kwargs: Any) -> None:
        """Forget all answers."""
        self._database.write_now(lambda connection: connection.execute("DELETE FROM calls"))


def key_of(prompt: str, llm_string: str) -> bytes:
    """What a call is kept under."""
    hashed = blake2b(llm_string.encode(), digest_size=16)
    hashed.update(b"\0")
    hashed.update(prompt.encode("utf-8", "surrogatepass"))
    return hashed.digest()


def _entry(prompt: str, llm_string: str, answer: RETURN_VAL_TYPE) -> tuple[bytes, bytes]:
    return key_of(prompt, llm_string), pack_answer(answer)


def _insertion(entry: Callable[[], tuple[bytes, bytes]]) -> Write:
    """Return the write; hashing and compression happen in it, off the event loop."""

    def insert(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT OR REPLACE INTO calls VALUES (?, ?)", entry())

    return insert


def pack_answer(answer: RETURN_VAL_TYPE) -> bytes:
    """What is kept of an answer."""
    generation = answer[0]
    message = generation.message if isinstance(generation, ChatGeneration) else AIMessage("")
    kept = {
        "text": generation.text,
        "metadata": message.response_metadata,
        "usage": getattr(message, "usage_metadata", None),
    }
    return zstandard.compress(json.dumps(kept, default=str).encode())


def unpack_answer(answer: bytes) -> ChatGeneration:
    """The answer of which this was kept."""
    kept = json.loads(zstandard.decompress(answer))
    metadata, usage = kept["metadata"], kept["usage"]
    message = AIMessage(kept["text"], response_metadata=metadata, usage_metadata=usage)
    return ChatGeneration(message=message)
