"""The journal: whatever was answered is found, whoever wrote it and when."""

import asyncio
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration

from runners.database import Database
from runners.journal import SCHEMA, Journal


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
