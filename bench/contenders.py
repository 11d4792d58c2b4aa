"""The contenders: coevol, a plain loop, and other tools, each a command that evolves rows.

All make the same calls, 8 a row and round, with the same prompts. coevol and the plain loop go on
to further rounds for responses that improved; the other tools have no loop over a row, so they make
one round.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench.measure import Endpoint, evolve
from bench.process import ROOT, Usage, run

CONCURRENCY = 80
"""Calls in flight: a quarter more than the 64 slots, so that a free slot finds a call waiting."""
_PEERS = ROOT / ".venv-bench"
_LIMIT = 300.0
_TELEMETRY_OFF = {
    "TELEMETRY_ENABLED": "0",  # curator
    "NEMO_TELEMETRY_ENABLED": "false",  # data-designer
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
_LOCAL = {"HF_HUB_OFFLINE": "1", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "OPENAI_API_KEY": "-"}
_VARIABLES = _TELEMETRY_OFF | _LOCAL | {"CURATOR_DISABLE_CACHE": "1"}


class Contender(NamedTuple):
    """A tool that evolves rows, run as a process."""

    label: str
    rounds: int
    command: Callable[[Path, Path, Endpoint, int], list[str]]
    """Makes a command line of rows, output folder, endpoint and calls in flight."""
    python: Path = Path(sys.executable)
    """The interpreter that it runs in, which decides the environment."""

    @property
    def is_installed(self) -> bool:
        """Whether its environment is completely installed."""
        return self.python == Path(sys.executable) or (self.python.parents[1] / "ready").exists()

    def run(self, data: Path, out: Path, server: Endpoint, concurrency: int = CONCURRENCY) -> Usage:
        """Evolve the rows. Raises Failed.

        The folder is its home too: what a tool keeps under its user's home is gone with it.
        """
        out.mkdir()
        variables = {} if self.python == Path(sys.executable) else _VARIABLES | {"HOME": str(out)}
        return run(self.command(data, out, server, concurrency), variables, _LIMIT)


def _coevol(label: str, rounds: int, *options: str) -> Contender:
    def command(data: Path, out: Path, server: Endpoint, concurrency: int) -> list[str]:
        given = ("--rounds", str(rounds), "--concurrency", str(concurrency), *options)
        return evolve(data, out, *given, *server.options)

    return Contender(label, rounds, command)


def _job(label: str, module: str, rounds: int, *options: str, peer: str | None = None) -> Contender:
    """A module of the bench with the command line of `bench.job`."""
    python = _PEERS / peer / "bin" / "python" if peer else Path(sys.executable)

    def command(data: Path, out: Path, server: Endpoint, concurrency: int) -> list[str]:
        given = ("--rounds", str(rounds), "--concurrency", str(concurrency), *options)
        return [str(python), "-m", module, str(data), str(out), server.base_url, *given]

    return Contender(label, rounds, command, python)


def _peer(name: str, distribution: str) -> Contender:
    """A tool in an environment of its pinned requirements, which also say its version."""
    pins = (ROOT / "bench" / "peers" / "requirements" / f"{name}.txt").read_text().splitlines()
    pin = next(pin for pin in pins if pin.startswith(f"{distribution}=="))
    module = f"bench.peers.{name.replace('-', '_')}"
    return _job(pin.replace("==", " "), module, 1, peer=name)


CONTENDERS = {
    "coevol": _coevol("coevol", 1),
    "coevol-openai": _coevol("coevol --client openai", 1, "--client", "openai"),
    "plain": _job("plain loop, `openai` client", "bench.plain", 1),
    "plain-aiohttp": _job("the same, its aiohttp transport", "bench.plain", 1, "--client=aiohttp"),
    "curator": _peer("curator", "bespokelabs-curator"),
    "data-designer": _peer("data-designer", "data-designer"),
    "distilabel": _peer("distilabel", "distilabel"),
    "coevol-3": _coevol("coevol", 3),
    "economy-3": _coevol("coevol --economy", 3, "--economy"),
    "plain-3": _job("plain loop, `openai` client", "bench.plain", 3),
}
"""By the names that commands know them by, those of one round first."""
