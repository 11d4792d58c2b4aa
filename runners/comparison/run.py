"""coevol compare: from the request to the files with the result."""

from pathlib import Path
from typing import NamedTuple

from nodes.conversation import ConversationContext
from runners.comparison.files import beside_stem, stem_of, write_comparison
from runners.comparison.judging import checked_prices, compare, judge_models
from runners.comparison.pairs import Pair, pair_up
from runners.comparison.report import ComparisonReport, comparison_report
from runners.comparison.reviewed import reviewed_pairs
from runners.comparison.sides import read_sides
from runners.comparison.votes import Vote, beside, read_votes
from runners.comparison.win_rates import need_statistics
from runners.data.formats import Format
from runners.data.stores import Location, check_local
from runners.run.event_loop import Interrupts, interruptible
from runners.run.plan import Conduct
from runners.run.progress import Progress
from runners.storage.lock import held


class Matter(NamedTuple):
    """What to compare."""

    a: Location
    b: Location | None = None
    format: Format | None = None
    category: str | None = None
    limit: int | None = None
    human: Location | None = None
    """A file of people's votes on the pairs, or a run whose rounds they reviewed."""


def run_comparison(
    matter: Matter,
    context: ConversationContext,
    conduct: Conduct,
    out: Path,
    progress: Progress,
    interrupts: Interrupts = interruptible,
) -> tuple[ComparisonReport, Path]:
    """Compare, write STEM.json and STEM.csv, and return the report and the stem.

    Answers and spending are kept in STEM.db. Everything is checked before anything is sent. Raises
    RunError.
    """
    check_local(out)
    need_statistics()
    checked_prices(context, conduct)
    sides = read_sides(matter.a, matter.b, matter.format)
    pairs = pair_up(*sides, matter.category, matter.limit)
    reviewed, votes = _people_of(matter, pairs)
    stem = stem_of(out)
    with held(stem, "comparison"):
        asked = [*pairs, *reviewed]
        database = beside_stem(stem, ".db")
        comparison = compare(asked, context, conduct, database, progress, interrupts=interrupts)
        human = None if votes is None else beside(votes, comparison.judged)
        comparison = comparison._replace(judged=comparison.judged[: len(pairs)])
        report = comparison_report(comparison, sides, judge_models(context), human)
        write_comparison(report, comparison.judged, stem)
    return report, stem


def _people_of(matter: Matter, pairs: list[Pair]) -> tuple[list[Pair], list[Vote] | None]:
    """People's votes, and the pairs that they are on if these are reviewed rounds.

    The judge is asked about such rounds, too, but they enter no other figure.
    """
    if matter.human is None:
        return [], None
    if isinstance(matter.human, Path) and matter.human.is_dir():
        return reviewed_pairs(matter.human, matter.limit)
    return [], read_votes(matter.human, pairs)
