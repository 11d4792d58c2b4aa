"""What the runner's tests share: a key that opens nothing and a quiet environment."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.runners.commands import KEY
from tests.support.server import Server, serve


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test says reaches the command line, in this process and in others."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "VLLM_", "OLLAMA_", "LANGSMITH_", "LANGCHAIN_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary run folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def server() -> Generator[Server]:
    with serve() as running:
        yield running
