"""The journal: whatever was answered is found, whoever wrote it and when."""

import asyncio
import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration

from runners.calls.call import Call
from runners.storage.database import Database
from runners.storage.journal import SCHEMA, Journal, key_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


@pytest.fixture
def database(path: Path) -> Generator[Database]:
    with closing(Database(path, SCHEMA)) as opened:
        yield opened


async def keep(journal: Journal, prompt: str) -> None:
    said = AIMessage(f"to {prompt}", response_metadata={"finish_reason": "stop"})
    await journal.aupdate(prompt, "model", [ChatGeneration(message=said)])


def found(journal: Journal, prompt: str) -> str | None:
    kept = journal.lookup(prompt, "model")
    return None if kept is None else kept[0].text


async def test_only_what_was_answered_is_found(database: Database) -> None:
    journal = Journal(database)
    prompts = [f"prompt {number}" for number in range(300)]
    await asyncio.gather(*(keep(journal, prompt) for prompt in prompts))
    assert [found(journal, prompt) for prompt in prompts] == [f"to {each}" for each in prompts]
    assert found(journal, "prompt 300") is None
    assert journal.lookup("prompt 7", "another model") is None


async def test_what_an_earlier_run_was_answered_is_found(database: Database, path: Path) -> None:
    await keep(Journal(database), "prompt")
    with closing(Database(path, SCHEMA)) as again:
        assert found(Journal(again), "prompt") == "to prompt"


async def test_what_another_run_is_answered_meanwhile_is_found(
    database: Database, path: Path
) -> None:
    ours = Journal(database, shared=True)
    assert found(ours, "prompt") is None
    with closing(Database(path, SCHEMA)) as elsewhere:
        await keep(Journal(elsewhere, shared=True), "prompt")
    assert found(ours, "prompt") == "to prompt"


ODD = 'Say "hi"\n\tto é 漢字 😀 \x01\u2028 \\ /'


@pytest.mark.parametrize(
    ("messages", "stop", "key"),
    [
        (
            [SystemMessage("You are an editor."), HumanMessage(ODD)],
            None,
            "0b8c977559ef52949e69b812f86ca9f4",
        ),
        (
            [HumanMessage("a"), AIMessage("b"), HumanMessage("half \ud83d")],
            ["\n", "é"],
            "ac1616bc53663af9026d9f1971a2229b",
        ),
    ],
)
def test_a_call_is_kept_under_the_same_key_for_ever(
    messages: list[BaseMessage], stop: list[str] | None, key: str
) -> None:
    """With another one, every run folder there is would have its calls paid again."""
    call = Call("editor", "editor", messages, stop)
    assert key_of(call.prompt, '{"model":"m"}').hex() == key


async def test_a_file_of_the_first_layout_is_read_and_written(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.execute("CREATE TABLE calls (key BLOB PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID")
    with closing(Database(path, SCHEMA)) as database:
        await keep(Journal(database), "prompt")
        await keep(Journal(database), "prompt")
        assert found(Journal(database), "prompt") == "to prompt"
