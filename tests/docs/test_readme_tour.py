"""The README's demo prints what the README shows, and its tour can be gone from end to end."""

import re
import shlex
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.runners.commands import KEY, at, coevol
from tests.runners.datasets import alpacas, write_json
from tests.support.blocks import blocks
from tests.support.server import Server, serve

ROOT = Path(__file__).parents[2]
_DEMO = re.search(r"^demo:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
[_TOUR] = [b.code for b in blocks("README.md", "sh") if "coevol status" in b.code]
TOUR = [line.partition("  #")[0] for line in _TOUR.splitlines()]


@pytest.fixture
def server() -> Generator[Server]:
    with serve() as running:
        yield running


def test_the_demo_prints_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    assert _DEMO is not None
    first = _DEMO[1].splitlines()[0].replace("$(DEMO)", "runs/demo")
    result = coevol(*shlex.split(first)[1:])
    [shown] = blocks("README.md", "text")
    assert (result.code, result.err.strip()) == (0, shown.code.strip())


def test_the_tour_goes_from_data_to_training_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    write_json(tmp_path / "data.json", alpacas(30))
    for command in TOUR:
        model = shlex.join(at(server))
        result = coevol(*shlex.split(command.replace("--model ...", model))[1:])
        assert result.code == 0, f"{command}: {result.err}"
    assert {each.name for each in Path("exports/lf").iterdir()} >= {"train_llama2.yaml"}
    assert Path("runs/mine/report.html").exists()
