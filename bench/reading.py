"""Reading a dataset: the time to the first call, how much is read until then, and memory.

    python -m bench.reading --rows 1000 100000 1000000
    python -m bench.reading --rows 100000 --kinds parquet

Rows have about 1 KB, so a million of them are a JSONL of 1 GB. The largest size is also measured as
gzip, and as a folder of 50 Parquet files. Each run is killed once its run.yaml says that all data
was read and enough calls are answered for a run over few rows to have grown as much as it does. The
endpoint takes a second an answer, so that calls hardly keep the client busy.
"""

import argparse
import gzip
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import orjson
import yaml

from bench.measure import Endpoint, endpoint, evolve, folder
from bench.process import start
from bench.rows import prose
from bench.table import Figure, show

_FORMS = ("jsonl", "gzip", "parquet")
_SHARDS = 50
_PATIENCE = 600.0
_ANSWERED = 1000
"""Calls: by then a run holds as many open rows as it ever does, and its journal's filter is there.
"""
_KINDS = 1000
"""Rows after which the words come again, with another number."""


class Reading(NamedTuple):
    """What a run had done by its first call, and by the end of its data."""

    first_call: float
    """Seconds from its start."""
    cpu: float
    """Seconds of it that the processor was at work, which a busy machine changes little."""
    read_before: int
    """Bytes read by its first call, those of its own program among them."""
    counted: float
    """Seconds from its start to the end of its data."""
    peak_mb: float
    """Until then, and until so many calls were answered as are asked for."""


def measure(sizes: Sequence[int], kinds: Sequence[str]) -> Iterator[Figure]:
    """Yield the figures of each dataset of these kinds."""
    with folder() as home, endpoint("--latency", "1") as server:
        own = _read(_write_jsonl(home / "warm.jsonl", 10), home / "warm", server, 0).read_before
        for data in _datasets(home, sizes, kinds):
            found = _read(data, home / f"run-{data.name}", server, _ANSWERED)
            times = (found.read_before - own) / _size(data)
            yield from _figures(f"{data.name}, {_size(data) / 1e6:,.0f} MB", found, times)


def _figures(what: str, found: Reading, times: float) -> Iterator[Figure]:
    how = f"{found.cpu:.1f} s of CPU, {times:.1f} times the bytes of its data read"
    yield Figure(f"{what}: first call", f"{found.first_call:.2f} s", "", how)
    how = f"all rows counted after {found.counted:.1f} s"
    yield Figure(f"{what}: peak memory", f"{found.peak_mb:.0f} MB", "", how)


def _read(data: Path, out: Path, server: Endpoint, answered: int) -> Reading:
    """Start a run, and kill it when its data has been read and so many calls are answered."""
    while server.stats()["in_flight"]:  # of the run before
        time.sleep(0.1)
    enough = server.stats()["answered"] + answered
    started = time.monotonic()
    process = start(evolve(data, out, *server.options))
    try:
        _wait(lambda: server.stats()["in_flight"] > 0, process)
        first_call = time.monotonic() - started
        cpu = _cpu_seconds(process.pid)
        read = _status(process.pid, "io")["rchar"]
        _wait(lambda: _is_counted(out / "run.yaml"), process)
        counted = time.monotonic() - started
        _wait(lambda: server.stats()["answered"] >= enough, process)
        peak = _status(process.pid, "status")["VmHWM"] / 1024
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(out, ignore_errors=True)
    return Reading(first_call, cpu, read, counted, peak)


def _wait(condition: Any, process: Any) -> None:
    end = time.monotonic() + _PATIENCE
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"the run ended too early, or took too long: {process.poll()}")
        time.sleep(0.02)


def _is_counted(run_file: Path) -> bool:
    if not run_file.exists():
        return False
    return yaml.safe_load(run_file.read_bytes())["data"]["rows"] is not None


def _status(pid: int, name: str) -> Mapping[str, int]:
    """The figures in a file that Linux has of a process."""
    lines = (line.split() for line in Path(f"/proc/{pid}/{name}").read_text().splitlines())
    return {line[0].rstrip(":"): int(line[1]) for line in lines if line[1:] and line[1].isdigit()}


def _cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _size(data: Path) -> int:
    files = data.iterdir() if data.is_dir() else [data]
    return sum(file.stat().st_size for file in files)


def _datasets(home: Path, sizes: Sequence[int], kinds: Sequence[str]) -> Iterator[Path]:
    most = max(sizes)
    if "jsonl" in kinds:
        for size in sizes:
            yield _write_jsonl(home / f"{size}.jsonl", size)
    if "gzip" in kinds:
        packed = home / f"{most}.jsonl.gz"
        with gzip.open(packed, "wb", compresslevel=1) as file:
            file.writelines(_lines(most))
        yield packed
    if "parquet" in kinds:
        yield _write_parquet(home / f"{most}-parquet", most)


def _write_jsonl(path: Path, count: int) -> Path:
    with path.open("wb") as file:
        file.writelines(_lines(count))
    return path


def _write_parquet(path: Path, count: int) -> Path:
    arrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    path.mkdir()
    rows = _rows(count)
    for shard in range(_SHARDS):
        share = -(-count // _SHARDS)
        table = arrow.Table.from_pylist(list(islice(rows, share)))
        parquet.write_table(table, path / f"train-{shard:05}-of-{_SHARDS:05}.parquet")
    return path


def _lines(count: int) -> Iterable[bytes]:
    return (orjson.dumps(row) + b"\n" for row in _rows(count))


def _rows(count: int) -> Iterator[dict[str, str]]:
    random = Random(0)
    texts = [(prose(random, 12), prose(random, 160)) for _ in range(_KINDS)]
    for number in range(count):
        asked, answered = texts[number % _KINDS]
        yield {"instruction": f"{asked} {number}", "input": "", "output": f"{answered} {number}"}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 100_000, 1_000_000])
    parser.add_argument("--kinds", choices=_FORMS, nargs="+", default=_FORMS)
    given = parser.parse_args()
    show(lambda: measure(given.rows, given.kinds))


if __name__ == "__main__":
    main()
