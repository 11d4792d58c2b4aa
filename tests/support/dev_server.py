"""The real `langgraph dev`, in a process of its own: quiet, offline, without a key.

with dev_server(folder) as url:
    client = langgraph_sdk.get_client(url=url)
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.ports import HOST, free_port

PATIENCE = 60.0
"""Seconds to wait for a server that does not answer."""

_ROOT = Path(__file__).parents[2]
_SERVED = ("langgraph.json", "graph", "nodes", "prompts")
_QUIET = {
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGGRAPH_NO_VERSION_CHECK": "true",
    "LANGSMITH_TRACING": "false",
    "LOG_LEVEL": "WARNING",
    "LOG_COLOR": "false",
}
_URL = re.compile(rf"API: .*?(http://{re.escape(HOST)}:\d+)")


@contextmanager
def dev_server(folder: Path, variables: Mapping[str, str] | None = None) -> Generator[str]:
    """Serve the repository's graphs from an empty folder; gives the URL.

    The server keeps its threads under the working directory and looks for the graphs and for .env
    there, so the folder holds links to what is served and nothing else.
    """
    linked(folder)
    with serving(folder, variables=variables) as url:
        yield url


def linked(folder: Path) -> Path:
    """Put links to the served files into a folder; gives the one to langgraph.json."""
    for name in _SERVED:
        (folder / name).symlink_to(_ROOT / name)
    return folder / "langgraph.json"


@contextmanager
def serving(
    folder: Path,
    python: str | Path = sys.executable,
    variables: Mapping[str, str] | None = None,
) -> Generator[str]:
    """Serve what the folder's langgraph.json names with the packages of an interpreter."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **_QUIET, **(variables or {})}
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(python), cwd=folder, env=environment, stdout=output, stderr=output,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        yield _wait_for(process, log)
    finally:
        _end(process)


def _command(python: str | Path) -> list[str]:
    options = ["--no-browser", "--no-reload", "--n-jobs-per-worker", "8"]
    return [
        str(python),
        "-m",
        "langgraph_cli",
        "dev",
        *options,
        "--host",
        HOST,
        "--port",
        str(free_port()),
    ]


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> str:
    """The address where it answers, which its log tells: on a busy port it takes another one."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        found = _URL.search(log.read_text(encoding="utf-8", errors="replace"))
        if found and _answers(found[1]):
            return found[1]
        time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"langgraph dev did not start (exit code {process.poll()}):\n{said}")


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/ok", timeout=5) as reply:
            return reply.status == 200
    except (URLError, OSError):
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process; it has no children of its own."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
