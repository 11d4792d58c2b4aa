"""The README's commands for models: each is run as it stands, against a loopback model.

It speaks OpenAI's protocol and Anthropic's; the variables of the providers lead there.
"""

import re
import shlex
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.runners.commands import KEY, coevol
from tests.runners.datasets import alpacas, evolved, read_jsonl, write_json
from tests.support.blocks import blocks
from tests.support.server import Server, ServerOptions, serve
from tests.support.weights import weights

[_BLOCK] = [b.code.replace("\\\n", " ") for b in blocks("README.md", "sh") if "# OpenAI" in b.code]
COMMANDS = [line.partition("  #")[0] for line in _BLOCK.splitlines() if line.startswith("coevol ")]
_NAMES = tuple(re.findall(r"model \w+:([\w./-]+)", _BLOCK))
_REMOTE = "http://gpu1:8000/v1"
FEW = ("--limit", 1, "--framework", "edit", "--rounds", 1, "--max-tokens", 8)
"""For a real model on a busy machine."""


@pytest.fixture
def anyone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    """A model at everyone's address; `data.json` and a GGUF file are in the working folder."""
    monkeypatch.chdir(tmp_path)
    write_json(tmp_path / "data.json", alpacas(2))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "qwen3-8b-q4_k_m.gguf").symlink_to(weights())
    with serve(ServerOptions(models=_NAMES)) as server:
        for name in ("OPENAI", "VLLM", "OLLAMA", "LLAMACPP"):
            monkeypatch.setenv(f"{name}_BASE_URL", server.base_url)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url.removesuffix("/v1"))
        for name in ("OPENAI", "ANTHROPIC"):
            monkeypatch.setenv(f"{name}_API_KEY", KEY)
        yield server


def test_each_way_has_a_command() -> None:
    ways = ("openai:", "vllm:", "anthropic:", "ollama:", "llamacpp:", "gguf:")
    assert [way for way in ways if not any(way in each for each in COMMANDS)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_it_does_what_the_readme_says(anyone: Server, command: str) -> None:
    _, *words = shlex.split(command.replace(_REMOTE, anyone.base_url))
    is_file = "gguf:" in command
    result = coevol(*words, *(FEW if is_file else ()))
    assert result.code == 0, result.err
    if words[0] == "evolve":
        rows = read_jsonl(Path("runs/mine/evolved.jsonl"))
        assert rows == (alpacas(1) if is_file else evolved(alpacas(2)))
    assert bool(anyone.requests) == (words[0] == "evolve" and not is_file)
