"""People's verdicts on judged rounds, kept in the run folder: review.jsonl, one per line.

A line is on disk before anybody is told that it is kept. Lines are never removed: a verdict that is
taken back has a second line without one, and a person's last line counts.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from nodes.human import PersonsChoice
from runners.errors import StorageError, UsageError
from runners.people.rounds import RoundName, Side
from runners.storage.lock import held

_FILE = "review.jsonl"


class PersonsVerdict(BaseModel):
    """A line of review.jsonl."""

    model_config = ConfigDict(extra="forbid")

    round: str
    """The round's name."""
    id: str
    turn: int | None
    k: int
    verdict: PersonsChoice | None
    """Which response is better; None takes the person's verdict back."""
    edit_side: Side
    """The side on which the edit was shown."""
    by: str
    """Who gave it; may be empty."""
    at: datetime

    @property
    def named(self) -> RoundName:
        """The round that it is about."""
        return RoundName(self.round, self.id, self.turn, self.k)


Standing = dict[tuple[str, str], PersonsVerdict]
"""The verdicts that count, by person and round, the latest at the end."""


def verdict_on(
    named: RoundName, choice: PersonsChoice | None, by: str, at: datetime | None = None
) -> PersonsVerdict:
    """Make a person's verdict on a round, with the present time by default."""
    when = at or datetime.now(UTC)
    return PersonsVerdict(
        round=named.name,
        id=named.id,
        turn=named.turn,
        k=named.k,
        verdict=choice,
        edit_side=named.edit_side,
        by=by,
        at=when,
    )


def read_verdicts(run: Path) -> Standing:
    """The verdicts that count on a run's rounds; empty if nobody has reviewed it.

    An incomplete last line left by a kill is ignored. Raises UsageError for any other invalid line,
    StorageError if the file can't be read.
    """
    path = run / _FILE
    try:
        lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
    except OSError as error:
        raise StorageError(f"{path}: can't be read: {error.strerror}") from None
    torn = _read(lines[-1])
    read = [_whole(line, path, number) for number, line in enumerate(lines[:-1], start=1)]
    return standing([*read, *([] if torn is None else [torn])])


def standing(verdicts: Iterable[PersonsVerdict]) -> Standing:
    """The verdicts that count: each person's last one on a round."""
    found: Standing = {}
    for each in verdicts:
        found.pop((each.by, each.round), None)
        if each.verdict is not None:
            found[each.by, each.round] = each
    return found


def decisions_of(verdicts: Standing) -> dict[str, PersonsChoice]:
    """People's decision on each round, by its name: the majority of those who chose a side.

    A tie if nobody did, or equally many chose either.
    """
    said: defaultdict[str, Counter[PersonsChoice]] = defaultdict(Counter)
    for each in verdicts.values():
        if each.verdict is not None:
            said[each.round][each.verdict] += 1
    return {name: _majority(counts) for name, counts in said.items()}


def _majority(counts: Mapping[PersonsChoice, int]) -> PersonsChoice:
    edited, original = counts["edited"], counts["original"]
    return "edited" if edited > original else "original" if original > edited else "tie"


class VerdictFile:
    """A run's review.jsonl, for the one process that writes it."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path = file, path

    def add(self, verdicts: Sequence[PersonsVerdict]) -> None:
        """Write verdicts; on return, they are on disk. Raises StorageError."""
        lines = b"".join(each.model_dump_json().encode() + b"\n" for each in verdicts)
        try:
            self._file.write(lines)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise StorageError(f"{self._path}: can't be written: {error.strerror}") from None


@contextmanager
def open_verdicts(run: Path) -> Generator[VerdictFile]:
    """Open a run's verdicts for appending, and lock them.

    Raises UsageError if another process reviews the run, StorageError if the file can't be written.
    """
    path = run / _FILE
    with held(path.with_suffix(""), "review"):
        try:
            file = path.open("ab", buffering=0)
        except OSError as error:
            raise StorageError(f"{path}: can't be written: {error.strerror}") from None
        with file:
            _mend_end(path, file)
            yield VerdictFile(file, path)


def _mend_end(path: Path, file: BinaryIO) -> None:
    """Terminate the last line, or remove an incomplete one that a kill has left."""
    content = path.read_bytes()
    end = content.rpartition(b"\n")[2]
    if _read(end) is not None:
        file.write(b"\n")
    elif end:
        file.truncate(len(content) - len(end))


def _read(line: bytes) -> PersonsVerdict | None:
    try:
        return PersonsVerdict.model_validate_json(line)
    except ValidationError:
        return None


def _whole(line: bytes, path: Path, number: int) -> PersonsVerdict:
    found = _read(line)
    if found is None:
        raise UsageError(f"{path}, line {number}: no verdict of a review; take the line out")
    return found
