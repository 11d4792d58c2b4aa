"""Matching: reads comparisons from their files, and finds the runs that they are of."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from runners.comparison.files import PairLine, beside_stem, read_lines, read_report, stem_of
from runners.comparison.report import ComparisonReport
from runners.errors import UsageError
from runners.folder.records import Evolution, Record


class Compared(NamedTuple):
    """A comparison as read from its files."""

    path: Path
    """Its compare.json."""
    report: ComparisonReport
    lines: list[PairLine]


class Problem(NamedTuple):
    """Why a comparison in a run folder was left out."""

    run: Path
    line: str

    @property
    def without_folder(self) -> str:
        """The line for the page, without the run's folder, which is not to be published."""
        return self.line.replace(f"{self.run}/", "")


class Found(NamedTuple):
    """The comparisons in a run folder, and the problems with unusable ones."""

    comparisons: list[Compared]
    problems: list[Problem]


def read_comparison(out: Path) -> Compared:
    """Read the comparison at `out`, as given to `coevol compare --out`. Raises UsageError."""
    stem = stem_of(out)
    path = beside_stem(stem, ".json")
    report = read_report(path)
    return Compared(path, report, read_lines(beside_stem(stem, ".csv"), report))


def find_comparisons(run: Path) -> Found:
    """Read the comparisons in a run folder."""
    found = Found([], [])
    for path in sorted(run.glob("*.json")):
        if path.name == "compare.json" or _has_its_files(path):
            try:
                found.comparisons.append(read_comparison(path))
            except UsageError as error:
                found.problems.append(Problem(run, str(error)))
    return found


def _has_its_files(path: Path) -> bool:
    return all(path.with_suffix(suffix).exists() for suffix in (".csv", ".db"))


class Matching:
    """Compares a comparison's lines with the records of a run: is the run one of its sides?"""

    def __init__(self, compared: Compared) -> None:
        self.compared = compared
        self._lines_a = _by_id((line.id_a, line) for line in compared.lines)
        self._lines_b = _by_id((line.id_b, line) for line in compared.lines)
        self._left = Counter(a=_count(self._lines_a), b=_count(self._lines_b))
        self.rows: list[list[PairLine]] = []
        """The lines of each row in the browser."""

    def add(self, record: Record, *, is_kept: bool) -> None:
        """Compare the lines with a record; responses are recognized by their lengths."""
        characters = _characters(record)
        for line in self._lines_a.get(record.id, ()):
            self._left["a"] -= line.characters_a == characters.get(line.turn)
        lines = self._lines_b.get(record.id, [])
        for line in lines:
            self._left["b"] -= line.characters_b == characters.get(line.turn)
        if is_kept:
            self.rows.append(lines)

    @property
    def side(self) -> Literal["a", "b"] | None:
        """The side with the run's responses; None if neither, or if the run has changed since."""
        if self._lines_b and not self._left["b"]:
            return "b"
        return "a" if self._lines_a and not self._left["a"] else None


def _by_id(lines: Iterable[tuple[str | None, PairLine]]) -> dict[str, list[PairLine]]:
    found: defaultdict[str, list[PairLine]] = defaultdict(list)
    for id_, line in lines:
        if id_ is not None:
            found[id_].append(line)
    return dict(found)


def _count(lines: dict[str, list[PairLine]]) -> int:
    return sum(map(len, lines.values()))


def _characters(record: Record) -> dict[int | None, int]:
    """The length of each response of a row, by its turn."""
    if isinstance(record, Evolution):
        return {None: len(record.response)}
    return {turn["index"]: len(turn["response"]) for turn in record.turns}
