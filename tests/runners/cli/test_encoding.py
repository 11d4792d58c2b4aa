"""A terminal that can't show every character, and names that are no text."""

import os
from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, coevol, ended, started
from tests.support.rows import write_jsonl

ROWS = [{"instruction": "Nenne drei Städte", "input": "", "output": "köln ,münchen,  日本"}]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "data.jsonl", ROWS)


def test_characters_that_a_terminal_lacks_are_shown_as_escapes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert coevol("evolve", data, "--out", tmp_path / "run", "--quiet").code == 0
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    for looked in (["show", tmp_path / "run"], ["data", data]):
        with started(*looked) as process:
            result = ended(process)
        assert (result.code, result.err) == (0, "")
        assert "k\\xf6ln" in result.out.lower()
        assert "\\u65e5\\u672c" in result.out


@pytest.mark.parametrize("command", ["evolve", "data", "calibrate"])
def test_a_name_that_is_no_text_is_refused(command: str, data: Path, tmp_path: Path) -> None:
    named = os.fsdecode(bytes(tmp_path) + b"/d\xe4ta.jsonl")
    Path(named).write_bytes(data.read_bytes())
    out = [] if command == "data" else ["--out", tmp_path / "run"]
    result = coevol(command, named, *out)
    assert result.code == 2
    assert_one_line(result.err, "d\\udce4ta.jsonl: no text in the encoding utf-8; rename it")
    assert not (tmp_path / "run").exists()


def test_a_name_in_a_locale_that_does_not_know_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}.items():
        monkeypatch.setenv(name, value)
    with started("evolve", data, "--out", tmp_path / "läufe") as process:
        result = ended(process)
    assert result.code == 2
    assert_one_line(result.err, "l\\udcc3\\udca4ufe: no text in", "start again with PYTHONUTF8=1")
