"""The system's Prometheus, in a process of its own, on loopback.

with serve_prometheus(config, folder) as prometheus:
    prometheus.query("sum(up)")
"""

import json
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from tests.support.installed import program
from tests.support.ports import HOST, free_port

_PATIENCE = 60.0


class Prometheus(NamedTuple):
    """The server; it keeps what it has scraped."""

    url: str

    def query(self, expression: str) -> list[dict[str, Any]]:
        """A query's present results by series. Raises AssertionError if it can't be parsed."""
        try:
            with urlopen(f"{self.url}/api/v1/query?{urlencode({'query': expression})}") as reply:
                return json.load(reply)["data"]["result"]
        except HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from None

    @property
    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            with urlopen(f"{self.url}/-/ready") as reply:
                return reply.status == 200
        except URLError:
            return False


@contextmanager
def serve_prometheus(config: Mapping[str, Any], folder: Path) -> Generator[Prometheus]:
    """Scrape by a configuration, and keep the results in a folder."""
    path, port = folder / "prometheus.yml", free_port()
    path.write_text(yaml.safe_dump(dict(config)), "utf-8")
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                program("prometheus", variable="PROMETHEUS"),
                f"--config.file={path}",
                f"--storage.tsdb.path={folder / 'series'}",
                f"--web.listen-address={HOST}:{port}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        prometheus, deadline = Prometheus(f"http://{HOST}:{port}"), time.monotonic() + _PATIENCE
        while not prometheus.is_ready:
            assert process.poll() is None, (folder / "prometheus.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield prometheus
    finally:
        process.terminate()
        process.wait()
