"""A run folder in which something is not as it was: one line that says what, and what to do."""

from pathlib import Path

import pytest

from tests.runners.commands import assert_one_line, coevol
from tests.support.records import run_of

COMMANDS = ("status", "show", "check", "resume", "clean")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of no rows."""
    return run_of(tmp_path / "run", [])


def check(run: Path, *words: str) -> None:
    for command in COMMANDS:
        result = coevol(command, run)
        assert result.code == 2
        assert_one_line(result.err, *words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("settings: 3", "coevol: Field required"),
        ("3", "its contents: Input should be"),
        ("a: [", "run.yaml: not a run's settings: while parsing"),
    ],
)
def test_settings_that_are_none(run: Path, text: str, words: str) -> None:
    (run / "run.yaml").write_text(text)
    check(run, "run.yaml: not a run's settings: ", words, "edited, or written by another version")
    assert "errors.pydantic.dev" not in coevol("status", run).err


def test_a_database_that_is_gone(run: Path) -> None:
    (run / "run.db").unlink()
    check(run, f"{run}: run.db, which holds all that came of the run, is gone", "bring it back")
    assert not (run / "run.db").exists()


def test_a_database_of_which_nothing_was_copied(run: Path) -> None:
    (run / "run.db").write_bytes(b"")
    for command in ("status", "show", "check"):
        result = coevol(command, run)
        assert result.code == 4
        assert_one_line(result.err, f"{run / 'run.db'}: can't be read", "bring it back from a copy")
