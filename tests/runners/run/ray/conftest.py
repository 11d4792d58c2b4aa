"""A Ray cluster on loopback, one for all tests: starting one takes longer than most runs."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from socket import create_connection
from tempfile import TemporaryDirectory

import pytest

from tests.runners.commands import wait_until
from tests.support.ports import free_port
from tests.support.processes import children_of

_CPUS = 4
_SETTINGS = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}


@pytest.fixture(scope="session")
def ray_folder() -> Generator[Path]:
    """Where the cluster writes its logs and all else; sockets in it need a short path."""
    with TemporaryDirectory(prefix="ray", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def ray_address(ray_folder: Path) -> Generator[str]:
    """The address of the cluster; its processes know nothing of what a test sets."""
    port = free_port()
    start = [
        str(Path(sys.executable).with_name("ray")),
        *("start", "--head", "--block", "--node-ip-address=127.0.0.1", f"--port={port}"),
        *(f"--num-cpus={_CPUS}", "--include-dashboard=false", "--object-store-memory=100000000"),
        f"--temp-dir={ray_folder}",
    ]
    environment = {**os.environ, **_SETTINGS}
    with subprocess.Popen(start, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: listens(port))
            yield f"127.0.0.1:{port}"
        finally:
            for pid in (*children_of(process.pid), process.pid):  # asked to, it takes a while
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def ray_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Ray is told in the environment."""
    for name, value in _SETTINGS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def on_ray(ray_address: str, ray_settings: None) -> list[str]:
    """The options with which a run goes to the cluster."""
    return ["--engine", "ray", "--ray-address", ray_address, "--actors", "2"]


def listens(port: int) -> bool:
    """Whether somebody listens at a port."""
    try:
        create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
