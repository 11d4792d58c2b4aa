"""A contender's job: which rows, which endpoint, how many calls in flight, where to write.

    python -m bench.plain ROWS OUT URL --concurrency 80

Every contender except coevol has this command line, whatever environment it runs in.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from bench.flow import Row


class Job(NamedTuple):
    """What a contender is to do."""

    data: Path
    """Alpaca rows as JSONL."""
    out: Path
    """Folder for its output."""
    base_url: str
    concurrency: int
    """Calls in flight at once, if it has such a setting."""
    rounds: int
    """Most rounds a row, if it has a loop."""
    client: str
    """The HTTP client, if it has a choice."""

    def rows(self) -> list[Row]:
        """The rows to evolve."""
        return [json.loads(line) for line in self.data.read_text("utf-8").splitlines()]

    def write(self, rows: Iterable[Row]) -> None:
        """Write the evolved rows as JSONL."""
        with (self.out / "evolved.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def read_job(description: str | None) -> Job:
    """Read the command line, and make the folder."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("base_url")
    parser.add_argument("--concurrency", type=int, default=80)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--client", choices=("default", "aiohttp"), default="default")
    job = Job(**vars(parser.parse_args()))
    job.out.mkdir(parents=True, exist_ok=True)
    return job
