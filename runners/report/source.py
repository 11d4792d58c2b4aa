"""Reads a run for the report, in a single pass over its records."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.context import Context
from runners.calls.price import Price
from runners.calls.prices import prices_of
from runners.calls.spending import SpendingReader
from runners.check.changed import flaws_of
from runners.folder.clock import seconds_of
from runners.folder.folder import RunFile
from runners.folder.opened import OpenedRun, open_run
from runners.folder.summary import summarize
from runners.people.report import ReviewReport, review_of
from runners.report.blocks import Blocks
from runners.report.directions import Directions
from runners.report.matching import Compared, Matching
from runners.report.responses import LengthUnit, responses_of
from runners.report.samples import Entry, debates_of, entry_of, texts_of
from runners.report.statistics import Statistics

if TYPE_CHECKING:
    from spacy.language import Language


class Wanted(NamedTuple):
    """What to read about a run."""

    unit: LengthUnit
    parser: "Language | None"
    """Parses suggestions; None if spaCy is not installed."""
    samples: int
    """Most rows in the browser; more are thinned out evenly."""
    price: Price | None
    """The user's own price of every model; None to look prices up."""


class RunReading(NamedTuple):
    """All that a report shows about one run."""

    name: str
    run_file: RunFile
    at_work: bool
    summary: dict[str, Any]
    """The present content of summary.json."""
    statistics: Statistics
    directions: Directions | None
    entries: list[Entry]
    """The rows in the browser, in the order of the input."""
    texts: Blocks
    debates: Blocks
    matchings: Sequence[Matching]
    """The comparisons that may be of this run, matched with its records."""
    review: ReviewReport | None
    """People's verdicts on its rounds; None if nobody reviewed."""

    @property
    def models(self) -> dict[str, list[str]]:
        """The roles of each model, the model with the most roles first."""
        return models_of(self.run_file.settings.context)


def read_run(
    path: Path, name: str, wanted: Wanted, comparisons: Iterable[Compared], files: ExitStack
) -> RunReading:
    """Read a run, running or not. `files` keeps the temporary files of its pages open.

    Raises UsageError if there is no run, StorageError if it can't be read.
    """
    with open_run(path) as run:
        framework, context = run.run_file.settings.framework, run.run_file.settings.context
        reading = RunReading(
            name=name,
            run_file=run.run_file,
            at_work=run.folder.is_locked(),
            summary={},
            statistics=Statistics(wanted.unit, context.judge_mode),
            directions=Directions(wanted.parser) if wanted.parser else None,
            entries=[],
            texts=files.enter_context(Blocks()),
            debates=files.enter_context(Blocks()),
            matchings=[Matching(each) for each in comparisons],
            review=review_of(run),
        )
        _read_records(run, reading, wanted)
        spending = SpendingReader(run.database, prices_of(context, wanted.price))
        counts, seconds = run.ledger.counts(), seconds_of(run.database)
        tally = reading.statistics.tally
        summary = summarize(counts, tally, spending, seconds, context, framework)
        return reading._replace(summary=summary)


def _read_records(run: OpenedRun, reading: RunReading, wanted: Wanted) -> None:
    counts = run.ledger.counts()
    chosen = _chosen(counts.done, wanted.samples)
    marks = run.judge_delimiters
    for position, _, record in run.ledger.records():
        if record is None:
            continue
        responses = responses_of(record)
        lengths = [wanted.unit.length_of(each) for each in responses]
        flaws = flaws_of(record, delimiters=marks)
        reading.statistics.add(record, responses, lengths, flaws)
        if reading.directions is not None:
            answers = [each["suggestions"] for one in responses for each in one.rounds]
            reading.directions.add(answer["text"] for answer in answers if answer)
        is_kept = next(chosen, False)
        for matching in reading.matchings:
            matching.add(record, is_kept=is_kept)
        if is_kept:
            reading.entries.append(entry_of(position, record, lengths, flaws))
            reading.texts.add(texts_of(record))
            reading.debates.add(debates_of(record))
    reading.texts.finish()
    reading.debates.finish()
    if reading.directions is not None:
        reading.directions.finish()


def _chosen(rows: int, most: int) -> Iterator[bool]:
    """Whether each row is kept: all, or `most` spread evenly."""
    kept = min(rows, most)
    for row in range(rows):
        yield (row + 1) * kept // rows > row * kept // rows


def models_of(context: Context) -> dict[str, list[str]]:
    """The roles of each model, by model string."""
    roles: dict[str, list[str]] = {}
    for role, settings in context.settings.items():
        roles.setdefault(settings.model, []).append(role)
    return roles
