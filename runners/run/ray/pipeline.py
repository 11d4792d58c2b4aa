"""The pipeline: Ray Data streams chunks from the driver through a pool of actors and back.

    chunks of tasks → Evolver, one of several actors → records

A row of Ray's dataset is a chunk in a block of its own. So Ray's cost of a row, 10 ms of the
driver's CPU, is shared by the tasks of a chunk, and records return as soon as they exist.
"""

from collections.abc import Iterator
from functools import partial
from http.client import HTTPConnection
from itertools import count
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import pyarrow as pa
import ray.data
from ray.data import ActorPoolStrategy, DataContext, Datasource, ReadTask
from ray.data.block import BlockMetadata

from runners.folder.records import Record
from runners.run.ray.address import DriverAddress
from runners.run.ray.pickled import unpickled
from runners.run.ray.worker import Evolver, RayBatch


class Pool(NamedTuple):
    """The actors of a run."""

    actors: int
    chunks_per_actor: int
    """The most chunks that one actor holds at once."""
    cpus_per_actor: int
    """The CPUs that Ray reserves for one."""


class Results(NamedTuple):
    """The results of one chunk."""

    slot: int
    records: list[Record]


def results(driver: DriverAddress, job: bytes, pool: Pool) -> Iterator[Results]:
    """Yield the results of all chunks that the driver hands out, in any order.

    `job` is a pickled Job for all actors. Ray replaces a dead one and sends it its chunks again.
    Raises RayError if one can't be created.
    """
    with DataContext.current(_context()):  # the dataset keeps this context
        chunks = ray.data.read_datasource(_Chunks(driver), override_num_blocks=1, num_cpus=0)
        evolved = chunks.map_batches(
            Evolver,
            fn_constructor_args=(driver, job),
            batch_size=None,
            batch_format="numpy",
            compute=ActorPoolStrategy(
                size=pool.actors,
                max_tasks_in_flight_per_actor=pool.chunks_per_actor,
                max_concurrent_calls_per_actor=pool.chunks_per_actor,
                enable_true_multi_threading=True,
            ),
            num_cpus=pool.cpus_per_actor,
        )
    batches = cast("Any", evolved).iter_batches(batch_size=None, prefetch_batches=0)
    for batch in cast("Iterator[RayBatch]", batches):
        packed = batch["records"][0]
        if packed:
            yield Results(int(batch["slot"][0]), unpickled(packed))


def _context() -> DataContext:
    context = DataContext()
    context.enable_progress_bars = False
    context.target_max_block_size = 1
    context.execution_no_progress_timeout_s = -1  # an endpoint may be away for longer
    return context


class _Chunks(Datasource):
    """The chunks that a driver hands out, read by one process; their number is unknown."""

    def __init__(self, driver: DriverAddress) -> None:
        self._driver = driver

    def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[ReadTask]:
        """A single task that reads them all."""
        metadata = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [ReadTask(partial(_read, self._driver), metadata)]

    def estimate_inmemory_data_size(self) -> int | None:
        """Unknown."""
        return None


def _read(driver: DriverAddress) -> Iterator[Any]:
    connection = HTTPConnection(urlsplit(driver.url).netloc)
    for slot in count():
        connection.request("GET", f"/chunks/{slot}", headers=driver.headers)
        answer = connection.getresponse()
        tasks = answer.read()
        if answer.status == 204:
            return
        if answer.status != 200:
            raise ConnectionError(f"the driver answers {answer.status}")
        yield pa.table({"slot": [slot], "tasks": pa.array([tasks], pa.large_binary())})
