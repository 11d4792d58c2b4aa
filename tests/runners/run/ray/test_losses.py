"""What becomes of a run whose actors die before they are ready, or whose machine is lost."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import (
    Result,
    assert_one_line,
    at,
    coevol,
    ended,
    repeated,
    started,
    wait_until,
)
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.runners.run.ray.runs import PATIENCE, assert_same, lost, on_its_own
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve

GUARD = """
import os, sys

def fine(asked, input, before, edited):
    return None

if "default_worker" in sys.argv[0]:  # in a process of Ray's
    {end}
"""
ENDS = {
    "os._exit(7)": [
        "3 actors died, and no answer came in between",
        "the last one died at its start on ",
    ],
    "raise ImportError('no such library')": ["can't be imported: ImportError: no such library"],
}


@pytest.mark.parametrize(
    ("end", "words"),
    [
        pytest.param(*end, id=name, marks=marks)
        for end, name, marks in zip(
            ENDS.items(), ("exits", "raises"), ((), (pytest.mark.slow,)), strict=True
        )
    ],
)
def test_actors_that_never_get_ready(
    tmp_path: Path, on_ray: list[str], monkeypatch: pytest.MonkeyPatch, end: str, words: list[str]
) -> None:
    (tmp_path / "guard_that_ends.py").write_text(GUARD.format(end=end), "utf-8")
    monkeypatch.chdir(tmp_path)
    data = write_jsonl(tmp_path / "data.jsonl", plain(4))
    with serve() as server:
        options = (*at(server), "--rounds", 1, "--guard", "guard_that_ends:fine", "--quiet")
        result = on_its_own("evolve", data, "--out", "run", *options, *on_ray, "--actors", 1)
        assert (result.code, result.out) == (4, "")
        assert_one_line(result.err, *words, "the same command goes on")
        assert server.answered == 0
        assert coevol("resume", "run", "--quiet") == Result(0, "", "")
        assert read_jsonl(Path("run/evolved.jsonl")) == evolved(plain(4), 1)


@contextmanager
def cluster_of(machines: int) -> Generator[tuple[Any, list[Any]]]:
    """A cluster of a head that has no CPU, and of machines that have one each."""
    from ray.cluster_utils import Cluster

    alike = {"object_store_memory": 80_000_000, "include_dashboard": False}
    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **alike})
    try:
        yield cluster, [cluster.add_node(num_cpus=1, wait=False, **alike) for _ in range(machines)]
    finally:
        cluster.shutdown()


def test_a_machine_is_lost_for_good(tmp_path: Path, ray_settings: None) -> None:
    rows, concurrency, actors = alpacas(40), 8, 2
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    alone, run = tmp_path / "alone", tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", alone, *at(server)).code == 0
    with serve(ServerOptions(slots=0)) as server, cluster_of(actors) as (cluster, machines):
        start = ["evolve", data, "--out", run, *at(server), "--concurrency", concurrency]
        spread = ["--engine", "ray", "--ray-address", cluster.address, "--actors", actors]
        with started(*start, *spread) as process:
            wait_until(lambda: server.peak_in_flight == concurrency, PATIENCE)  # of both actors
            server.change(slots=None, latency=0.03)
            wait_until(lambda: server.answered >= 150)
            cluster.remove_node(machines[0], allow_graceful=False)
            result = ended(process, PATIENCE)
        assert result.code == 0, result.err
        assert lost(server, run) == 0
        assert repeated(server) <= concurrency // actors
    assert_same(run, alone)
