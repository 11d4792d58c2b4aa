"""A review: rounds one after another, each shown without a word on which side is the edit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runners.folder.opened import open_run
from runners.people.rounds import JudgedRound, RoundName, Seen, find_round
from runners.people.verdicts import VerdictFile, read_verdicts, verdict_on


class UnknownRoundError(Exception):
    """The page asks for a round that the review does not have; the message says which."""


class ReviewRequest(NamedTuple):
    """A review that was asked for."""

    run: Path
    sample: int | None = None
    """So many of all judged rounds; None for those that flipped or were a tie."""
    by: str = ""
    """Who reviews: everybody sees all rounds, and has verdicts of their own."""


class Review:
    """One person's way through the rounds. What it tells never says which side is the edit.

    It is for one thread at a time.
    """

    def __init__(
        self, request: ReviewRequest, rounds: Sequence[RoundName], file: VerdictFile
    ) -> None:
        """Go on where the person has stopped."""
        self._request, self._rounds, self._file = request, rounds, file
        numbers = {each.name: number for number, each in enumerate(rounds)}
        said = read_verdicts(request.run)
        # The number of each round that has a verdict, in the order in which they were given.
        self._given = [numbers[name] for by, name in said if by == request.by and name in numbers]

    @property
    def done(self) -> int:
        """Rounds with a verdict."""
        return len(self._given)

    @property
    def total(self) -> int:
        """All rounds of this review."""
        return len(self._rounds)

    def now(self) -> dict[str, Any]:
        """Return what the page shows: the first round without a verdict, and the progress."""
        given = set(self._given)
        number = next((each for each in range(self.total) if each not in given), None)
        progress = {"number": number, "done": self.done, "total": self.total}
        return progress if number is None else progress | self._shown(number)

    def give(self, number: int, seen: Seen) -> dict[str, Any]:
        """Keep a verdict; return what `now` does. Raises UnknownRoundError, StorageError."""
        if not 0 <= number < self.total:
            raise UnknownRoundError(f"no round has the number {number}")
        named = self._rounds[number]
        self._file.add([verdict_on(named, named.choice_of(seen), self._request.by)])
        self._given = [*(each for each in self._given if each != number), number]
        return self.now()

    def take_back(self) -> dict[str, Any]:
        """Take the last verdict back; return what `now` does. Raises StorageError."""
        if self._given:
            named = self._rounds[self._given[-1]]
            self._file.add([verdict_on(named, None, self._request.by)])
            self._given.pop()
        return self.now()

    def _shown(self, number: int) -> dict[str, Any]:
        judged = self._read(number)
        return {"instruction": judged.instruction, "input": judged.input, **judged.sides}

    def _read(self, number: int) -> JudgedRound:
        with open_run(self._request.run) as run:
            found = find_round(run, self._rounds[number])
        if found is None:
            raise UnknownRoundError("the run has changed; start coevol review again")
        return found
