"""The journal: every answered call, keyed by what was asked, so that none is paid twice."""

import json
import sqlite3
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from langchain_core.caches import RETURN_VAL_TYPE, BaseCache
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration
from rbloom import Bloom
from zstandard import ZstdError

from nodes.models.thinking import FIELD, Spoken, thinking_kept
from runners.storage.compressed import compress, decompress
from runners.storage.damage import damaged
from runners.storage.database import Database, insert
from runners.storage.json_text import json_text

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (key BLOB PRIMARY KEY, answer BLOB NOT NULL);
"""


_Entry = tuple[bytes, bytes]
"""Key and packed answer."""
_CALLS, _FALSE_ALARMS = 10_000_000, 0.01
"""Capacity and error rate of the filter, which takes 12 MB. With more calls, the rate rises."""


class Journal(BaseCache):
    """A LangChain cache in a run's database, or in a file that several runs share.

    The key is a hash of the model's settings (its `llm_string`: model, base URL, sampling) and the
    full messages. The value is the part of an answer that the graph reads: text, metadata, usage,
    and thinking that the endpoint returned beside the text. The text is kept unchanged: its readers
    separate any thinking in it.
    """

    def __init__(self, database: Database, *, shared: bool = False) -> None:
        """Open the journal; if `shared`, other processes may write to it at the same time."""
        self._database = database
        self.kept = 0
        """Answers kept since it was opened."""
        self._ours: Bloom | None = None
        """A filter of all keys that may exist; None if others have written some. It avoids most
        reads of the file, each of which takes about 45 us of CPU while the file is being written
        to."""
        if not shared and not self._has_entries():
            self._ours = Bloom(_CALLS, _FALSE_ALARMS)

    def lookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """The answer to this call; None if there is none.

        Raises StorageError if it is damaged.
        """
        packed = self.packed(key_of(prompt, llm_string))
        try:
            return None if packed is None else [unpack_answer(packed)]
        except (ZstdError, ValueError):
            raise damaged(self._database.path, "an answer in the journal") from None

    async def alookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        """Look up in the event loop: a read by key takes microseconds, a thread takes longer."""
        return self.lookup(prompt, llm_string)

    def packed(self, key: bytes) -> bytes | None:
        """The packed value of a key; None if there is none."""
        if self._ours is not None and key not in self._ours:
            return None
        query = "SELECT answer FROM calls WHERE key = ?"
        return next((answer for (answer,) in self._database.read(query, (key,))), None)

    def update(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Keep an answer; on return, it is on disk. Raises StorageError."""
        entry = self._entry(key_of(prompt, llm_string), pack_answer(return_val))
        self._database.write_now(lambda connection: _insert(connection, [entry]))
        self.kept += 1

    async def aupdate(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        """Keep an answer; on return, it is on disk. Raises StorageError."""
        await self.keep(key_of(prompt, llm_string), pack_answer(return_val))

    async def keep(self, key: bytes, packed: bytes) -> None:
        """Keep a packed answer; on return, it is on disk."""
        await self._database.write(_insert, self._entry(key, packed))
        self.kept += 1

    def clear(self, **kwargs: Any) -> None:
        """Delete all answers."""
        self._database.write_now(lambda connection: connection.execute("DELETE FROM calls"))

    def _has_entries(self) -> bool:
        ((has_entries,),) = self._database.read("SELECT EXISTS (SELECT 1 FROM calls)")
        return bool(has_entries)

    def _entry(self, key: bytes, packed: bytes) -> _Entry:
        if self._ours is not None:
            self._ours.add(key)
        return key, packed


def _insert(connection: sqlite3.Connection, entries: list[_Entry]) -> None:
    insert(connection, "calls", entries)


@lru_cache(maxsize=1024)
def key_of(prompt: str, llm_string: str) -> bytes:
    """The key of a call. Cached, because it is needed again for the answer."""
    hashed = blake2b(llm_string.encode(), digest_size=16)
    hashed.update(b"\0")
    hashed.update(prompt.encode("utf-8", "surrogatepass"))
    return hashed.digest()


def pack_answer(answer: RETURN_VAL_TYPE) -> bytes:
    """Pack the kept part of an answer."""
    generation = answer[0]
    message = generation.message if isinstance(generation, ChatGeneration) else AIMessage("")
    kept = {
        "text": generation.text,
        "metadata": message.response_metadata,
        "usage": getattr(message, "usage_metadata", None),
    }
    if FIELD in message.additional_kwargs:
        kept["thinking"] = message.additional_kwargs[FIELD]
    return compress(json_text(kept).encode("utf-8", "surrogatepass"))


def unpack_answer(answer: bytes) -> ChatGeneration:
    """Unpack an answer."""
    kept = json.loads(decompress(answer))
    metadata, usage = kept["metadata"], kept["usage"]
    fields = thinking_kept(Spoken(kept["text"], kept.get("thinking")))
    message = AIMessage(
        kept["text"], additional_kwargs=fields, response_metadata=metadata, usage_metadata=usage
    )
    return ChatGeneration(message=message)
