"""Peak memory of an export, by the number of rows of the run.

    python -m bench.export --sizes 1000 200000

The rows are short. The run's records repeat those of 100 rows that the rehearsal model has evolved
in one round, because only the export is measured. `--out s3://bucket/bench` exports to a store.
"""

import argparse
import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path

from bench.measure import COEVOL, evolve, folder
from bench.process import run
from bench.rows import rows
from bench.table import Figure, show
from runners.data.choice import EVERY_ROW
from runners.data.dataset import Dataset, Selection
from runners.data.formats import parse_format
from runners.folder.intake import take_down
from runners.folder.ledger import Ledger
from runners.folder.opened import find_run
from runners.folder.tables import SCHEMA
from runners.storage.database import Database
from tests.support.rows import write_jsonl

_EVOLVED = 100
_TARGETS = (("parquet",), ("alpaca",), ("parquet", "--shard-rows", "50000"))


def measure(sizes: Sequence[int] = (1000, 10_000), out: str | None = None) -> Iterator[Figure]:
    """Yield time and peak memory of each kind of export for each size."""
    with folder() as home:
        for size in sizes:
            made = _run_of(size, home)
            for number, options in enumerate(_TARGETS):
                yield _figure(made, size, options, f"{out or home}/{size}-{number}")


def _run_of(size: int, home: Path) -> Path:
    data = write_jsonl(home / f"{size}.jsonl", islice(rows(short=True), size))
    made = home / f"run{size}"
    run(evolve(data, made, "--rounds", "1", "--limit", str(_EVOLVED)))
    settings = made / "run.yaml"
    settings.write_text(settings.read_text().replace(f"limit: {_EVOLVED}", "limit: null"))
    found, run_file = find_run(made)
    with closing(Database(found.database, SCHEMA)) as database:
        format = parse_format(run_file.settings.format)
        dataset, context = Dataset(data, Selection(), format), run_file.settings.context
        asyncio.run(_repeat(database, lambda: take_down(dataset, database, context, EVERY_ROW)))
    return made


async def _repeat(database: Database, take_down_all: Callable[[], None]) -> None:
    """Give all rows of a dataset the records that some of them have."""
    ledger = Ledger(database)
    records = [record for _, _, record in ledger.records() if record is not None]
    take_down_all()
    # Nothing is held: the memory of this process counts as its children's when they begin.
    left = zip(cycle(records), ledger.todo(), strict=False)
    copies = (record.model_copy(update={"id": id}) for record, (_, id) in left)
    while piece := list(islice(copies, 1000)):
        await asyncio.gather(*map(ledger.keep, piece))


def _figure(made: Path, size: int, options: Sequence[str], out: str) -> Figure:
    used = run([*COEVOL, "export", str(made), "--out", out, "--to", *options])
    how = f"{used.seconds:.1f} s, {size / used.seconds:.0f} rows/s"
    what = f"{size} rows to {' '.join(options)}: peak memory"
    return Figure(what, f"{used.peak_mb:.0f} MB", "", how)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 200_000])
    parser.add_argument("--out", help="a URL, to export to a store")
    given = parser.parse_args()
    show(lambda: measure(given.sizes, given.out))


if __name__ == "__main__":
    main()
