"""The list of commands, which are imported only when they are called."""

import subprocess
import sys

import pytest

from tests.runners.commands import coevol


def _listed() -> dict[str, str]:
    """What the help lists: every command's name and line."""
    lines = coevol("--help").out.partition(" Commands ")[2].splitlines()[1:-2]
    entries: list[list[str]] = []
    for line in lines:
        name, _, words = line[2:].partition(" ")
        if name:
            entries.append([name])
        entries[-1].append(words.strip(" │"))
    return {name: " ".join(words) for name, *words in entries}


def test_what_is_listed_is_each_command_s_own_first_line() -> None:
    listed = _listed()
    assert {"evolve", "resume", "rescue", "langsmith"} <= {*listed}
    for name, line in listed.items():
        page = " ".join(coevol(name, "--help").out.split())
        assert f"Usage: coevol {name} " in page
        assert line in page


def test_help_pages_break_lines_at_the_terminals_width_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert (
        "3 some rows failed, 4 stopped early and resumable, 130 Ctrl+C."
        in coevol("evolve", "--help").out
    )
    assert "could be read, length over" in coevol("langsmith", "evaluate", "--help").out


def test_only_the_command_that_is_called_is_imported() -> None:
    script = """import sys; from runners.cli.app import app; app(["--help"], standalone_mode=False)
print("imported:", *(name for name in sorted(sys.modules) if name.startswith("runners.cli.")))"""
    command = [sys.executable, "-c", script]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    imported = printed.rpartition("imported: ")[2].split()
    assert imported == [f"runners.cli.{name}" for name in ("app", "commands", "encoding", "errors")]


def test_a_name_that_is_almost_right() -> None:
    ended = coevol("evlove")
    assert ended.code == 2
    assert "'evolve'" in ended.err
