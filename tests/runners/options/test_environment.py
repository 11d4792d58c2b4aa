"""Options from the environment, and from `.env` in the folder where a command is started."""

from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, coevol
from tests.runners.datasets import plain, read_jsonl, write_json


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_json(tmp_path / "data.json", plain(4))


def rows_of(run: Path) -> int:
    return len(read_jsonl(run / "evolved.jsonl"))


def test_any_option(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATA": str(data),
        "OUT": "run",
        "LIMIT": "2",
        "ECONOMY": "true",
        "SYSTEM_ROLE": "merge",
        "MAP": "instruction=instruction,response=output",
        "ROLE_SETTINGS": "judge.temperature=0.5 editor.top_p=0.9",
    }.items():
        monkeypatch.setenv(f"COEVOL_{name}", value)
    assert coevol("evolve").code == 0
    frozen = Path("run/run.yaml").read_text("utf-8")
    assert rows_of(Path("run")) == 2
    for word in ("economy: true", "system_role: merge", "temperature: 0.5", "top_p: 0.9"):
        assert word in frozen


def test_a_file_beside_and_the_environment_before_it(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text("COEVOL_LIMIT=3\nCOEVOL_OFFSET=1\nOTHER=1\n", "utf-8")
    assert coevol("evolve", data, "--out", "first").code == 0
    assert rows_of(Path("first")) == 3
    monkeypatch.setenv("COEVOL_LIMIT", "1")
    assert coevol("evolve", data, "--out", "second").code == 0
    assert rows_of(Path("second")) == 1


def test_an_empty_variable_says_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COEVOL_LIMIT", "")
    assert coevol("evolve", data, "--out", "run").code == 0
    assert rows_of(Path("run")) == 4


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("COEVOL_TOP_P", "3", "COEVOL_TOP_P = 3: must be at most 1"),
        ("COEVOL_ROUNDS", "many", "COEVOL_ROUNDS = many: must be a whole number"),
        ("COEVOL_TOPP", "1", "COEVOL_TOPP: no such option in the environment; COEVOL_TOP_P is one"),
        ("COEVOL_CONFIG", "nowhere.yaml", "nowhere.yaml: can't be read"),
    ],
)
def test_a_wrong_variable_is_one_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    result = coevol("evolve", data, "--out", "run")
    assert result.code == 2
    assert_one_line(result.err, told)
    assert not Path("run").exists()
