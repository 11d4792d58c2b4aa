"""The report's page.

Text from data reaches the page in two ways only: through Jinja2, which escapes it, and in packed
blocks, which scripts turn into text nodes.
"""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import PurePath
from typing import Any

from runners.pages import page as pages
from runners.report.blocks import pack
from runners.report.comparisons import Shown
from runners.report.facts import state_of
from runners.report.responses import LengthUnit
from runners.report.section import Section
from runners.report.source import RunReading
from runners.report.tables import Cell

_SCRIPTS = (
    "theme.js",
    "vendor/diff.min.js",
    "dom.js",
    "data.js",
    "list.js",
    "filters.js",
    "guards.js",
    "sample.js",
    "browser.js",
)


def render(
    readings: Sequence[RunReading],
    sections: Sequence[Section],
    unit: LengthUnit,
    comparisons: Sequence[Shown],
) -> Iterator[bytes]:
    """Yield the page in pieces, so that its rows are never all in memory."""
    return page_of(
        "report.html.j2",
        _SCRIPTS,
        names=[each.name for each in readings],
        runs=[_heading(each) for each in readings],
        sections=sections,
        thinned=_thinned(readings),
        unit=unit,
        indexes=[
            pack(_index(each, _compared(number, comparisons))).decode()
            for number, each in enumerate(readings)
        ],
        blocks=_blocks(readings),
    )


def page_of(template: str, scripts: Sequence[str], **told: object) -> Iterator[bytes]:
    """Yield a page in the report's style, whose tables format their cells."""
    return pages.render_page("runners.report", template, scripts, told, {"cell": _cell})


def _heading(reading: RunReading) -> dict[str, Any]:
    """The heading, with the data file's name only and without models' addresses."""
    settings, data = reading.run_file.settings, reading.run_file.data
    models = reading.models
    told = [
        model if len(models) == 1 else f"{model} ({', '.join(roles)})"
        for model, roles in models.items()
    ]
    return {
        "name": reading.name,
        "state": state_of(reading),
        "left": reading.summary["rows"]["left"],
        "data": data.path if data.path.startswith("hf:") else PurePath(data.path).name,
        "framework": settings.framework,
        "rounds": settings.context.max_rounds,
        "models": "; ".join(told),
        "is_rehearsal": "rehearsal" in models,
        "judge": reading.summary["judge"]["warning"],
        "editor": reading.summary["editor"]["warning"],
    }


def _thinned(readings: Sequence[RunReading]) -> str:
    """A note if not every row is in the browser."""
    told: list[str] = []
    for reading in readings:
        rows = reading.summary["rows"]
        done, here = rows["finished"] + rows["failed"], len(reading.entries)
        if here < done:
            told.append(
                f"Of {reading.name}, {here:,} of {done:,} rows that are done are here, spread "
                "evenly; the figures count all of them. --samples N takes more."
            )
    return " ".join(told)


def _compared(number: int, comparisons: Sequence[Shown]) -> list[dict[str, Any]]:
    """The comparisons in which a run is side B, with the pairs of each entry."""
    pair = attrgetter("turn", "outcome", "a_first", "b_first", "unasked")
    return [
        {
            "name": each.name,
            "title": f"{each.b} against {each.a}, by {each.report.judge}",
            "pairs": [[pair(line) for line in lines] for lines in each.rows[number]],
        }
        for each in comparisons
        if number in each.rows
    ]


def _index(reading: RunReading, compared: list[dict[str, Any]]) -> dict[str, Any]:
    """The entries by column; stop reasons and flags as bits, guards by index."""
    entries = reading.entries
    stops = list(dict.fromkeys(stop for entry in entries for stop in entry.stops))
    flags = list(dict.fromkeys(flag for entry in entries for flag in entry.flags))
    guards = sorted({mark for entry in entries for mark in entry.guards})
    plain = ("position", "id", "preview", "accepted", "rounds", "before", "after", "pairs")
    columns = {name: [getattr(entry, name) for entry in entries] for name in plain}
    columns["stop"] = [_bits(entry.stops, stops) for entry in entries]
    columns["flag"] = [_bits(entry.flags, flags) for entry in entries]
    columns["guards"] = [[guards.index(each) for each in entry.guards] for entry in entries]
    return {
        "columns": columns,
        "stops": stops,
        "flags": flags,
        "guards": guards,
        "comparisons": compared,
        "texts": reading.texts.starts,
        "debates": reading.debates.starts,
    }


def _bits(present: Sequence[str], names: Sequence[str]) -> int:
    return sum(1 << number for number, name in enumerate(names) if name in present)


def _blocks(readings: Sequence[RunReading]) -> Iterator[tuple[str, str]]:
    """Yield id and text of each block, beginning with those of the texts, which are searched."""
    for part in ("texts", "debates"):
        for number, reading in enumerate(readings):
            for block, text in enumerate(getattr(reading, part).read()):
                yield f"{part}-{number}-{block}", text


def _cell(value: Cell, column: str) -> str:
    """A cell for display; unknown values are shown as such."""
    if value is None:
        return "unknown" if column.startswith("cost_usd") or column.endswith("tokens") else "–"  # noqa: RUF001
    if isinstance(value, float):
        is_share = "share" in column or "rate" in column
        return f"{value:.1%}" if is_share else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else value
