"""The report of a large run: its size, how long it takes to make, how fast its page reacts.

    python -m bench.report --rows 10000
    python -m bench.report --run RUN

The run has made-up rows, an endpoint whose answers are about as long as a real model's, and K=3; or
it is one that exists. The page is opened from disk in headless Chromium, a new browser for each
repeat. It counts as interactive once the list of samples can be used; the longest gap is that
between two frames while the list is scrolled from top to bottom.
"""

import argparse
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from bench.measure import COEVOL, endpoint, evolve, folder, middle
from bench.process import Usage, run
from bench.rows import rows
from bench.table import Figure, show
from tests.support.chromium import browser
from tests.support.rows import write_jsonl

_REPEATS = 3
_SEARCH = "no such words anywhere"
_TIMES = """async (wanted) => {
    const list = document.getElementById("list");
    const count = document.getElementById("count");
    const words = document.querySelector("[name=words]");
    const frame = () => new Promise(requestAnimationFrame);
    const timed = async (act, done) => {
        const start = performance.now();
        await act();
        while (!done()) await frame();
        return performance.now() - start;
    };
    const search = () => {
        words.value = wanted;
        words.dispatchEvent(new Event("input"));
    };
    const nothing = () => count.textContent.startsWith("No row");
    const all = () => count.textContent.includes(" of ");
    const clear = () => document.getElementById("filters").reset();

    const open = await timed(
        () => list.querySelector(".row").click(),
        () => document.querySelector("#sample .round"),
    );
    const firstSearch = await timed(search, nothing);
    await timed(clear, all);
    const nextSearch = await timed(search, nothing);
    await timed(clear, all);

    let gap = 0;
    let last = await frame();
    for (let step = 0; step <= 120; step++) {
        list.scrollTop = (list.scrollHeight - list.clientHeight) * step / 120;
        const now = await frame();
        gap = Math.max(gap, now - last);
        last = now;
    }
    const elements = document.querySelectorAll("#list .row").length;
    return { open, firstSearch, nextSearch, gap, elements };
}"""


class Felt(NamedTuple):
    """How long the page took, in milliseconds."""

    interactive: float
    whole: float
    """Until every block was read."""
    times: dict[str, Any]


def feel(page: Path) -> Felt:
    """Open a page and use it."""
    with browser() as chromium:
        opened = chromium.new_page(viewport={"width": 1280, "height": 900})
        opened.goto(page.as_uri())
        opened.wait_for_selector("html[data-ready]")
        at = "performance.getEntriesByName('interactive')[0].startTime"
        load = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        return Felt(opened.evaluate(at), opened.evaluate(load), opened.evaluate(_TIMES, _SEARCH))


def measure(count: int = 1000, made: Path | None = None) -> Iterator[Figure]:
    """Yield the figures of a report over a number of rows, or of an existing run."""
    with folder() as home, nullcontext() if made else endpoint() as loopback:
        out = made or home / "run"
        if loopback is not None:
            data = write_jsonl(home / "rows.jsonl", islice(rows(), count))
            run(evolve(data, out, *loopback.options))
        used = run([*COEVOL, "report", str(out), "--out", str(home / "report")])
        page = home / "report" / "report.html"
        yield from _made(page, used)
        yield from _felt([feel(page) for _ in range(_REPEATS)])


def _made(page: Path, used: Usage) -> Iterator[Figure]:
    yield Figure("report.html", f"{page.stat().st_size / 1e6:.1f} MB")
    seconds = f"{used.seconds:.1f} s by the clock"
    yield Figure("making it: CPU", f"{used.cpu:.1f} s", "", seconds)
    yield Figure("making it: peak memory", f"{used.peak_mb:.0f} MB")


def _felt(felt: list[Felt]) -> Iterator[Figure]:
    yield _milliseconds("list can be used after", [each.interactive for each in felt])
    yield _milliseconds("whole page read after", [each.whole for each in felt])
    names = {
        "open": "a row opened, with its rounds",
        "firstSearch": "first search through all texts",
        "nextSearch": "a further search",
        "gap": "longest gap between frames, scrolling",
    }
    for name, what in names.items():
        yield _milliseconds(what, [each.times[name] for each in felt])
    yield Figure("rows in the document at once", str(max(each.times["elements"] for each in felt)))


def _milliseconds(what: str, values: list[float]) -> Figure:
    value, spread = middle(values)
    return Figure(what, f"{value:.0f} ms", "", spread)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--run", type=Path, help="a run that is there, instead of made-up rows")
    given = parser.parse_args()
    show(lambda: measure(given.rows, given.run))


if __name__ == "__main__":
    main()
