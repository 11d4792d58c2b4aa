"""Hand-made comparisons of runs: a judge's verdicts on each row, in coevol compare's files.

from tests.support.comparisons import compared
compared(run, records, {"row-1": ("b", "b"), "row-2": ("a", "b")})
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from runners.calls import spent_table
from runners.calls.spending import Budget, Spending
from runners.comparison.files import stem_of, write_comparison
from runners.comparison.judged import Judged, JudgesChoice
from runners.comparison.judging import Comparison
from runners.comparison.pairs import Pair
from runners.comparison.report import comparison_report
from runners.comparison.sides import Side, originals_of
from runners.comparison.votes import Vote, beside
from runners.folder.records import Evolution, Record
from runners.people.agreement import PairOutcome
from runners.storage.database import Database

Said = Mapping[str, tuple[JudgesChoice, JudgesChoice]]
"""By a row's id, or ID/TURN: whom the judge chose with A first, and with B first."""
_POINTS = {"a": -1, "b": 1, "tie": 0, "unparsable": 0}


def compared(
    run: Path,
    records: Sequence[Record],
    said: Said,
    *,
    out: Path | None = None,
    judge: str = "openai:other-judge",
    categories: Mapping[str, str] | None = None,
    votes: Mapping[str, PairOutcome] | None = None,
) -> Path:
    """Write what a comparison of the run with its originals leaves; return its compare.json.

    Pairs of which nothing is said are in no pair; where both responses are the same, the judge is
    not asked.
    """
    pairs = {name: pair for name, pair in _pairs(records, categories or {}) if name in said}
    judged = [_judged(pair, *said[name]) for name, pair in pairs.items()]
    sides = (
        Side(originals_of(str(run)), [], frozenset()),
        Side(str(run), [], frozenset({"openai:test"})),
    )
    human = [Vote(pairs[name].place, outcome) for name, outcome in (votes or {}).items()]
    stem = stem_of(out or run)
    stem.parent.mkdir(parents=True, exist_ok=True)
    with closing(Database(stem.with_name(f"{stem.name}.db"), spent_table.SCHEMA)) as database:
        comparison = Comparison(judged, Spending(database, {}, Budget()))
        report = comparison_report(
            comparison, sides, {"judge": judge}, beside(human, judged) if human else None
        )
        write_comparison(report, judged, stem)
    return stem.with_name(f"{stem.name}.json")


def _pairs(records: Iterable[Record], categories: Mapping[str, str]) -> Iterator[tuple[str, Pair]]:
    for position, record in enumerate(records):
        ids = (record.id, record.id)
        kind = categories.get(record.id)
        if isinstance(record, Evolution):
            texts = record.instruction, record.input, record.original_response, record.response
            yield record.id, Pair(position, *texts, kind, None, *ids)
            continue
        for turn in record.turns:
            texts = turn["instruction"], "", turn["original_response"], turn["response"]
            name = f"{record.id}/{turn['index']}"
            yield name, Pair(position, *texts, kind, turn["index"], *ids)


def _judged(pair: Pair, a_first: JudgesChoice, b_first: JudgesChoice) -> Judged:
    if pair.a == pair.b:
        return Judged(pair, "tie", unasked="identical")
    points = _POINTS[a_first] + _POINTS[b_first]
    outcome: PairOutcome = "win" if points > 0 else "loss" if points < 0 else "tie"
    return Judged(pair, outcome, a_first, b_first)
