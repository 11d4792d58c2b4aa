"""--notify: a command hears how a run ended, and changes nothing about it."""

import json
import shlex
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from runners.options.environment import NOTIFIED
from runners.watching import notify
from tests.runners.commands import assert_one_line, at, coevol, command, ended, started, wait_until
from tests.runners.datasets import plain
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

_WRITE = "import json, os, sys; open(sys.argv[1], 'w').write(json.dumps(dict(os.environ)))"


def writing(path: Path) -> str:
    """A command that writes its environment down."""
    return shlex.join([sys.executable, "-c", _WRITE, str(path)])


def told(path: Path) -> dict[str, Any]:
    """What such a command was told."""
    environment = json.loads(path.read_text())
    return {name.removeprefix("COEVOL_").lower(): environment[name] for name in NOTIFIED}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "data.jsonl", plain(3))


def test_a_finished_run(data: Path, tmp_path: Path, server: Server) -> None:
    run, heard = tmp_path / "run", tmp_path / "heard.json"
    result = coevol("evolve", data, "--out", run, *at(server), "--notify", writing(heard))
    assert result.code == 0
    assert told(heard) == {
        "run": str(run),
        "outcome": "finished",
        "exit_code": "0",
        "message": "",
        "summary": str(run / "summary.json"),
    }


def test_rows_that_failed(data: Path, tmp_path: Path) -> None:
    run, heard = tmp_path / "run", tmp_path / "heard.json"
    poisoned = ServerOptions(poison="1.", poison_status=400)
    with serve(poisoned) as server:
        result = coevol("evolve", data, "--out", run, *at(server), "--notify", writing(heard))
    assert result.code == 3
    assert (told(heard)["outcome"], told(heard)["exit_code"]) == ("some_failed", "3")


def test_a_run_that_stops_by_itself(data: Path, tmp_path: Path, server: Server) -> None:
    run, heard = tmp_path / "run", tmp_path / "heard.json"
    limit = ("--max-tokens-total", 5000)
    result = coevol("evolve", data, "--out", run, *at(server), *limit, "--notify", writing(heard))
    assert result.code == 4
    assert told(heard)["outcome"] == "stopped"
    assert "token limit of 5000 reached" in told(heard)["message"]
    assert f"coevol: {told(heard)['message']}\n" in result.err


def test_a_run_that_is_refused(tmp_path: Path) -> None:
    heard = tmp_path / "heard.json"
    missing = tmp_path / "none.jsonl"
    result = coevol("evolve", missing, "--out", tmp_path / "run", "--notify", writing(heard))
    assert result.code == 2
    assert (told(heard)["outcome"], told(heard)["summary"]) == ("refused", "")


def test_nobody_is_told_of_what_a_person_has_ended(data: Path, tmp_path: Path) -> None:
    heard = tmp_path / "heard.json"
    with (
        serve(ServerOptions(latency=0.2)) as server,
        started(
            *("evolve", data, "--out", tmp_path / "run", *at(server)),
            *("--notify", writing(heard)),
        ) as run,
    ):
        wait_until(lambda: server.requests)
        run.send_signal(signal.SIGINT)
        assert ended(run).code == 130
    assert not heard.exists()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("sys.exit(7)", "ended with exit code 7"),
        ("os.kill(os.getpid(), 9)", "was ended by signal 9"),
    ],
)
def test_a_command_that_fails_is_said_in_a_line(
    code: str, said: str, data: Path, tmp_path: Path, server: Server
) -> None:
    failing = shlex.join([sys.executable, "-c", f"import os, sys; {code}"])
    result = coevol("evolve", data, "--out", tmp_path / "run", *at(server), "--notify", failing)
    assert result.code == 0
    (warning,) = [line for line in result.err.splitlines() if "warning" in line]
    assert warning == f"warning: --notify: {sys.executable} {said}"


def test_a_command_that_hangs_is_ended(
    data: Path, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "_PATIENCE", 0.2)
    failing = shlex.join([sys.executable, "-c", "import time; time.sleep(60)"])
    result = coevol("evolve", data, "--out", tmp_path / "run", *at(server), "--notify", failing)
    assert result.code == 0
    assert f"--notify: {sys.executable} took longer than 0.2 s, and was ended" in result.err


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("no-such-program-here --x", "no such program"),
        ("'open", "No closing quotation"),
        ("  ", "give a program"),
    ],
)
def test_what_can_not_be_started_is_said_at_once(
    command: str, words: str, data: Path, tmp_path: Path, server: Server
) -> None:
    result = coevol("evolve", data, "--out", tmp_path / "run", *at(server), "--notify", command)
    assert result.code == 2
    assert_one_line(result.err, "--notify", words)
    assert server.greetings == []


def test_no_shell_reads_the_command(data: Path, tmp_path: Path, server: Server) -> None:
    heard = tmp_path / "heard; touch oops"
    result = coevol(
        "evolve", data, "--out", tmp_path / "run", *at(server), "--notify", writing(heard)
    )
    assert result.code == 0
    assert heard.exists()


def test_the_command_may_be_coevol(
    data: Path, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it is told is no option of its own, nor is the command that it is."""
    again = shlex.join(command("evolve", data, "--out", tmp_path / "second"))
    monkeypatch.setenv("COEVOL_NOTIFY", again)
    result = coevol("evolve", data, "--out", tmp_path / "first", *at(server))
    assert result.code == 0
    assert "warning" not in result.err
    assert (tmp_path / "second" / "evolved.jsonl").exists()
