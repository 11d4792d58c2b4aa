"""A review: shows rounds one by one, without telling which side is the edit."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NotRequired, TypedDict

from runners.folder.opened import open_run
from runners.people.rounds import JudgedRound, RoundName, Seen, find_round
from runners.people.verdicts import VerdictFile, read_verdicts, verdict_on


class UnknownRoundError(Exception):
    """The page asked for a round that is not in the review, or has changed; the message says so."""


class ReviewRequest(NamedTuple):
    """A requested review."""

    run: Path
    sample: int | None = None
    """How many of all judged rounds to show; None for all close ones."""
    by: str = ""
    """Who reviews. Everybody is shown all rounds, and has verdicts of their own."""


class ReviewState(TypedDict):
    """How far a review has come, and the round to judge next, as the page gets them."""

    number: int | None
    """The round's number, to be named with its verdict; None if all rounds have one."""
    done: int
    total: int
    instruction: NotRequired[str]
    """The round's task and responses: there if there is a round."""
    input: NotRequired[str]
    left: NotRequired[str]
    right: NotRequired[str]


class Review:
    """One person's way through the rounds of a review. Not thread-safe.

    Nothing that it returns tells which side is the edit.
    """

    def __init__(
        self, request: ReviewRequest, rounds: Sequence[RoundName], file: VerdictFile
    ) -> None:
        """Resume after the verdicts that the person has given before.

        Raises UsageError or StorageError if these can't be read.
        """
        self._request, self._rounds, self._file = request, rounds, file
        numbers = {each.name: number for number, each in enumerate(rounds)}
        said = read_verdicts(request.run)
        # The number of each round that has a verdict, in the order in which they were given.
        self._given = [numbers[name] for by, name in said if by == request.by and name in numbers]

    @property
    def done(self) -> int:
        """Number of rounds with a verdict."""
        return len(self._given)

    @property
    def total(self) -> int:
        """Number of rounds in this review."""
        return len(self._rounds)

    def now(self) -> ReviewState:
        """The first round without a verdict, and the progress.

        Raises UnknownRoundError if that round has changed.
        """
        given = set(self._given)
        number = next((each for each in range(self.total) if each not in given), None)
        state: ReviewState = {"number": number, "done": self.done, "total": self.total}
        if number is None:
            return state
        judged = self._read(number)
        sides = judged.sides
        return {
            **state,
            "instruction": judged.instruction,
            "input": judged.input,
            "left": sides["left"],
            "right": sides["right"],
        }

    def give(self, number: int, seen: Seen) -> ReviewState:
        """Keep a verdict on a round, and return what `now` does.

        Raises UnknownRoundError, StorageError if it can't be kept.
        """
        if not 0 <= number < self.total:
            raise UnknownRoundError(f"no round has the number {number}")
        named = self._rounds[number]
        self._file.add([verdict_on(named, named.choice_of(seen), self._request.by)])
        self._given = [*(each for each in self._given if each != number), number]
        return self.now()

    def take_back(self) -> ReviewState:
        """Take the last verdict back, and return what `now` does. Raises like `give`."""
        if self._given:
            named = self._rounds[self._given[-1]]
            self._file.add([verdict_on(named, None, self._request.by)])
            self._given.pop()
        return self.now()

    def _read(self, number: int) -> JudgedRound:
        with open_run(self._request.run) as run:
            found = find_round(run, self._rounds[number])
        if found is None:
            raise UnknownRoundError("the run has changed; start coevol review again")
        return found
