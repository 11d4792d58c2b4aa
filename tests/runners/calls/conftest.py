"""What tests of calls share: rows evolved by each of the clients."""

from pathlib import Path
from typing import Any, get_args

import pytest

from runners.calls.call_options import Client
from tests.runners.calls.evolving import Evolve
from tests.runners.commands import Result, at, coevol
from tests.support.rows import write_jsonl
from tests.support.server import Server


@pytest.fixture(params=get_args(Client))
def evolve(request: pytest.FixtureRequest) -> Evolve:
    def do(folder: Path, server: Server, rows: list[dict[str, Any]], *options: object) -> Result:
        folder.mkdir(exist_ok=True)
        data, out = write_jsonl(folder / "data.jsonl", rows), folder / "run"
        where = at(server)[:2] if "--base-url" in options else at(server)
        client = ["--client", request.param]
        return coevol("evolve", data, "--out", out, *where, *client, *options)

    return do
