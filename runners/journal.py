"""The journal: every answered call, kept under what was asked, so that none is paid twice."""

import json
import sqlite3
from hashlib import blake2b
from typing import Any

import zstandard
from langchain_core.caches import RETURN_VAL_TYPE, BaseCache
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration

from runners.database import Database

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
        query = "SELECT answer FROM calls WHERE key = ?"
        for (answer,) in self._database.read(query, (_key(prompt, llm_string),)):
            return [_unpack(answer)]
        return None

    async def alookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """Look up in the event loop: a read by key takes microseconds, a thread more."""
        return self.lookup(prompt, llm_string)

    def update(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Keep an answer; it is on the disk on return. Raises StorageError."""
        self._database.write_now(_insertion(prompt, llm_string, return_val))

    async def aupdate(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Keep an answer; it is on the disk on return. Raises StorageError."""
        await self._database.write(_insertion(prompt, llm_string, return_val))

    def clear(self, **kwargs: Any) -> None:
        """Forget all answers."""
        self._database.write_now(lambda connection: connection.execute("DELETE FROM calls"))


def _key(prompt: str, llm_string: str) -> bytes:
    hashed = blake2b(llm_string.encode(), digest_size=16)
    hashed.update(b"\0")
    hashed.update(prompt.encode("utf-8", "surrogatepass"))
    return hashed.digest()


def _insertion(prompt: str, llm_string: str, answer: RETURN_VAL_TYPE) -> Any:
    """Return the write; hashing and compression happen in it, off the event loop."""

    def insert(connection: sqlite3.Connection) -> None:
        row = (_key(prompt, llm_string), _pack(answer))
        connection.execute("INSERT OR REPLACE INTO calls VALUES (?, ?)", row)

    return insert


def _pack(answer: RETURN_VAL_TYPE) -> bytes:
    generation = answer[0]
    message = generation.message if isinstance(generation, ChatGeneration) else AIMessage("")
    kept = {
        "text": generation.text,
        "metadata": message.response_metadata,
        "usage": getattr(message, "usage_metadata", None),
    }
    return zstandard.compress(json.dumps(kept, default=str).encode())


def _unpack(answer: bytes) -> ChatGeneration:
    kept = json.loads(zstandard.decompress(answer))
    metadata, usage = kept["metadata"], kept["usage"]
    message = AIMessage(kept["text"], response_metadata=metadata, usage_metadata=usage)
    return ChatGeneration(message=message)
