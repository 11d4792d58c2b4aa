"""Runs of one process: at the same time, and one after another."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.runners.commands import wait_until
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.runners.run.ray.runs import PATIENCE
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve

pytestmark = pytest.mark.slow

RUNS = """
from concurrent.futures import ThreadPoolExecutor
from runners import evolve

def run(out, **where):
    options = dict(base_url={url!r}, engine="ray", actors=1, concurrency_per_actor=2, rounds=1)
    return evolve({data!r}, out, model="openai:test-model", **options, **where).counts.finished

with ThreadPoolExecutor() as pool:
    runs = [pool.submit(run, out) for out in ("one", "two")]
    input()
    try:
        run("three", ray_address="127.0.0.1:1")
    except Exception as error:
        print(type(error).__name__, error, flush=True)
    print([each.result() for each in runs])
print(run("after"))
"""


def test_they_have_their_actors_at_once_in_one_cluster(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(4))
    with serve(ServerOptions(slots=0)) as server:  # nobody is answered
        python = [sys.executable, "-c", RUNS.format(url=server.base_url, data=str(data))]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            python, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=tmp_path
        ) as process:
            wait_until(lambda: process.poll() or server.peak_in_flight == 4, PATIENCE)
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n")
            process.stdin.flush()
            refused = process.stdout.readline()
            server.change(slots=None)
            out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, err) == (0, "")
    assert refused.startswith("UsageError another run of this process uses a cluster of its own;")
    assert out == "[4, 4]\n4\n"
    for run in ("one", "two", "after"):
        assert read_jsonl(tmp_path / run / "evolved.jsonl") == evolved(plain(4), 1)
