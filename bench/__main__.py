"""Everything in one run: coevol beside a plain loop and other tools, starting, resuming.

    make bench
    python -m bench --rows 300 --passes 5 --page docs/performance.md

`make bench` first installs the other tools, each in an environment of its own under .venv-bench,
and writes the tables into docs/performance.md. To measure one part, or other sizes: bench.cpu,
bench.utilisation, bench.ceiling, bench.cold, bench.resume. Not part of `make bench` are the effects
of a run's size, of tracing and of reports (bench.memory, bench.tracing, bench.report), what shared
prompt beginnings save (bench.prefix, bench.prefix_prices), and kills of runs in batches
(bench.kills).
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import ceiling, cold, resume
from bench.comparison import Results, table_of
from bench.contenders import CONTENDERS
from bench.cpu import costs_of
from bench.measure import endpoint, folder, parser_of
from bench.page import rewrite
from bench.race import Race
from bench.slope import write_sizes
from bench.table import load, machine
from bench.table import table_of as figures_table
from bench.utilisation import works_of


def measure(data: Path | None, rows: int, passes: int) -> Iterator[str]:
    """Yield the lines of all measurements."""
    started = time.monotonic()
    yield f"{machine()}."
    yield f"Load average before: {load()}."
    yield ""
    yield _ceiling(data, rows)
    yield ""
    yield from _comparison(data, rows, passes)
    yield ""
    yield from figures_table((*cold.measure(), *resume.measure(data, rows)))
    yield ""
    minutes = (time.monotonic() - started) / 60
    yield f"Load average after: {load()}. All of it took {minutes:.0f} minutes."


def _ceiling(data: Path | None, rows: int) -> str:
    _tell("the endpoint's ceiling")
    found = ceiling.measure_ceiling(data, rows)
    one, two = found.calls_a_second[1], found.calls_a_second[2]
    return (
        f"The endpoint's own ceiling: {one:,.0f} calls a second from one bare aiohttp loop, "
        f"{two:,.0f} from two at once. Such a loop, without any SDK, takes {found.cpu_ms:.2f} ms "
        "of CPU a call."
    )


def _comparison(data: Path | None, rows: int, passes: int) -> Iterator[str]:
    with folder() as home:
        sizes, race = write_sizes(home, data, rows), Race(CONTENDERS, home)
        with endpoint() as server:
            race.try_out(sizes.few, server)
            costs = costs_of(race, sizes, server, passes)
        works = works_of(race, sizes.all, passes)
        yield f"{rows} rows; medians of {passes} passes, the range in brackets."
        yield ""
        yield from table_of(race, Results(rows, costs, works))


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def main() -> None:
    """Print the tables, or write them into a page."""
    parser = parser_of(__doc__, rows=200, passes=3)
    parser.add_argument("--page", type=Path, help="write into this page, between its marks")
    given = parser.parse_args()
    lines: list[str] = []
    for line in measure(given.data, given.rows, given.passes):
        print(line, flush=True)
        lines.append(line)
    if given.page is not None:
        rewrite(given.page, "\n".join(lines))


if __name__ == "__main__":
    main()
