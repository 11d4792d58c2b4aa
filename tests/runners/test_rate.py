"""An endpoint with a rate limit that nobody told: the run finds it and keeps to it."""

from pathlib import Path

from tests.runners.commands import at, coevol
from tests.runners.datasets import plain, read_jsonl, write_jsonl
from tests.support.options import ServerOptions
from tests.support.server import serve

_SETTLING = 10.0


def test_a_limit_of_twenty_requests_a_second_is_found(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(35)), tmp_path / "run"
    with serve(ServerOptions(requests_per_second=20)) as server:
        result = coevol("evolve", data, "--out", run, "--rounds", 3, *at(server))
        requests = server.requests
    assert result.code == 0
    assert len(read_jsonl(run / "evolved.jsonl")) == 35
    start = min(request.arrived for request in requests)
    settled = [each.status for each in requests if each.arrived > start + _SETTLING]
    assert len(settled) > 150
    assert settled.count(429) <= 0.05 * len(settled)
