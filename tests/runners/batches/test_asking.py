"""Ctrl+C at a terminal: whoever sits there is asked what is to become of the batches out there."""

from pathlib import Path

import pytest

from tests.runners.batches.conftest import BATCH, ids_known, results
from tests.runners.commands import at, coevol, command, wait_until
from tests.support.server import Server, ServerOptions, serve
from tests.support.terminal import CTRL_C, CTRL_D, Terminal, at_terminal

_ASKED = "Give up what is not answered?"
pytestmark = pytest.mark.usefixtures("keys")


def interrupt(terminal: Terminal, run: Path) -> None:
    """Wait until a batch is out there, and type Ctrl+C."""
    wait_until(lambda: ids_known(run))
    terminal.type(CTRL_C)
    terminal.read_until(_ASKED)


def start(data: Path, run: Path, server: Server) -> list[object]:
    return ["evolve", data, "--out", run, *at(server), *BATCH, "--batch-delay", 1]


@pytest.mark.parametrize(
    ("typed", "is_cancelled"),
    [("y\n", True), ("n\n", False), ("\n", False), (CTRL_C, False), (CTRL_D, False)],
    ids=["yes", "no", "enter", "ctrl-c again", "ctrl-d"],
)
def test_batches_are_given_up_if_somebody_says_so(
    tmp_path: Path, data: Path, plain: dict[str, bytes], typed: str, is_cancelled: bool
) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(batch_seconds=3600)) as server:
        with at_terminal(command(*start(data, run, server))) as terminal:
            interrupt(terminal, run)
            assert {each.status for each in server.batches} == {"in_progress"}
            terminal.type(typed)
            assert terminal.ended() == 130
        assert ("given up, with" in terminal.said) == is_cancelled
        (batch,) = server.batches
        assert batch.status == ("cancelled" if is_cancelled else "in_progress")
        batch.status = "expired"  # whoever works on it has an hour before him
        server.change(batch_seconds=0)
        result = coevol(*start(data, run, server))
        assert result.code == 0, result.err
    assert results(run) == plain


def test_nobody_is_asked_without_batches_out_there(tmp_path: Path, data: Path) -> None:
    run = tmp_path / "run"
    with serve() as server:
        options = [*start(data, run, server), "--batch-delay", 3600]
        with at_terminal(command(*options)) as terminal:
            wait_until(lambda: (run / "run.db").exists())
            terminal.type(CTRL_C)
            assert terminal.ended() == 130
    assert not server.batches
    assert _ASKED not in terminal.said
