"""A rate limit that nobody told: the run finds it, keeps to it and makes use of it."""

from pathlib import Path

from tests.runners.commands import at, coevol
from tests.runners.datasets import alpacas, evolved, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve

_SETTLING = 10.0
_LIMIT = 20


def test_a_limit_of_twenty_requests_a_second_is_found(tmp_path: Path) -> None:
    rows = alpacas(35)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve(ServerOptions(requests_per_second=_LIMIT, latency=0.2)) as server:
        result = coevol("evolve", data, "--out", run, "--concurrency", 64, *at(server))
        assert result.code == 0, result.err
        start = server.requests[0].arrived + _SETTLING
        settled = [each for each in server.requests if each.arrived > start]
    refused = [each.status for each in settled].count(429)
    assert len(settled) > 200
    assert refused <= 0.05 * len(settled)
    assert len(settled) - refused > 0.8 * _LIMIT * (settled[-1].arrived - start)
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)
