"""What the runner's tests share: a key that opens nothing and a quiet environment."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.runners.commands import KEY
from tests.support.llama_server import LlamaServer, serve_llama
from tests.support.s3 import S3, serve_s3
from tests.support.server import Server, serve

_PREFIXES = ("COEVOL_", "OPENAI_", "VLLM_", "OLLAMA_", "LANGSMITH_", "LANGCHAIN_", "OTEL_")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test says reaches the command line, in this process and in others."""
    for name in list(os.environ):
        if name.startswith(_PREFIXES):
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


@pytest.fixture(scope="session")
def llama_server() -> Generator[LlamaServer]:
    """llama.cpp's own HTTP server with SmolLM2."""
    with serve_llama() as running:
        yield running


@pytest.fixture(scope="session")
def s3_server() -> Generator[S3]:
    with serve_s3() as running:
        yield running


@pytest.fixture
def s3(s3_server: S3, monkeypatch: pytest.MonkeyPatch) -> S3:
    """A store, to which the environment leads."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server
