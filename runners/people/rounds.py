"""Judged rounds: two responses to one task that judges have compared, and people may, too."""

from collections.abc import Iterator, Sequence
from heapq import nsmallest
from random import Random
from typing import Literal, NamedTuple

from nodes.human import PERSON, PersonsChoice
from nodes.orders import verdicts_of
from nodes.state import Round
from runners.data.rows import digest
from runners.errors import UsageError
from runners.folder.opened import OpenedRun
from runners.folder.records import Evolution, Record
from runners.people.agreement import PairOutcome

Side = Literal["left", "right"]
Seen = Literal["left", "right", "tie"]
"""The answer of a person who does not know which response is the edit."""
_FLIPS = (("edited", "original"), ("original", "edited"))


class RoundName(NamedTuple):
    """The place of a judged round in its run, and a name for it."""

    name: str
    """A digest of its place and of both responses, so another edit in its place has another
    name."""
    id: str
    """Id of its row; for rows with the same task, which were evolved once, that of the first."""
    turn: int | None
    """In a conversation, the position of the answer among its messages, from 0; else None."""
    k: int

    @property
    def edit_side(self) -> Side:
        """The side on which the edit is shown: random, but always the same for a round."""
        return "left" if Random(self.name).random() < 0.5 else "right"

    def choice_of(self, seen: Seen) -> PersonsChoice:
        """Translate an answer by sides into one about original and edit."""
        if seen == "tie":
            return "tie"
        return "edited" if seen == self.edit_side else "original"


class JudgedRound(NamedTuple):
    """A judged round with its task."""

    position: int
    """Position of its row in the dataset, from 0."""
    id: str
    """As in its `RoundName`."""
    turn: int | None
    instruction: str
    """For a conversation's turn, the question with the history that the agents saw."""
    input: str
    round: Round

    @property
    def original(self) -> str:
        """r, the response that the round tried to improve."""
        return self.round["response"]

    @property
    def edited(self) -> str:
        """r', the edit."""
        return self.round["edit"]["response"]

    @property
    def named(self) -> RoundName:
        """Its name and place."""
        return round_name(self.id, self.turn, self.round)

    @property
    def sides(self) -> dict[Side, str]:
        """Both responses, by the side on which they are shown."""
        if self.named.edit_side == "left":
            return {"left": self.edited, "right": self.original}
        return {"left": self.original, "right": self.edited}

    def outcome(self, margin: float) -> PairOutcome:
        """Eq. 4 for the edit: who has more points over both orders, by more than the margin."""
        ahead = self.round["edited_score"] - self.round["original_score"]
        return "win" if ahead > margin else "loss" if -ahead > margin else "tie"

    def is_close(self, margin: float) -> bool:
        """Whether its judges could not decide: it flipped with the order, or was a tie."""
        return verdicts_of(self.round) in _FLIPS or self.outcome(margin) == "tie"


def round_name(id: str, turn: int | None, round: Round) -> RoundName:
    """The name of a round of a row."""
    told = {"id": id, "turn": turn, "k": round["k"]}
    texts = {"original": round["response"], "edited": round["edit"]["response"]}
    return RoundName(digest(told | texts), id, turn, round["k"])


def judged_rounds(run: OpenedRun) -> Iterator[JudgedRound]:
    """The rounds of a run that judges have judged, in the dataset's order, each once.

    Without rounds whose responses differ in white space only, and those that a person has judged.
    """
    places: dict[str, int] = {}
    for each in rounds_of_all_rows(run):
        if places.setdefault(each.id, each.position) == each.position:
            yield each


def rounds_of_all_rows(run: OpenedRun) -> Iterator[JudgedRound]:
    """The same, repeated for each row of those with the same task."""
    for position, _, record in run.ledger.records():
        if record is not None:
            yield from rounds_in(position, record)


def rounds_in(position: int, record: Record) -> Iterator[JudgedRound]:
    """The same for one row."""
    id = record.evolved_as
    for turn, instruction, input, rounds in _responses(record):
        for each in rounds:
            if is_judged(each):
                yield JudgedRound(position, id, turn, instruction, input, each)


def is_judged(round: Round) -> bool:
    """Whether judges, and no person, have compared two responses that differ."""
    if not round["judgements"] or PERSON in round["judgements"]:
        return False
    return round["response"].strip() != round["edit"]["response"].strip()


def _responses(record: Record) -> Iterator[tuple[int | None, str, str, Sequence[Round]]]:
    if isinstance(record, Evolution):
        yield None, record.instruction, record.input, record.rounds
        return
    for turn in record.turns:
        yield turn["index"], turn["instruction"], "", turn["rounds"]


def choose(run: OpenedRun, sample: int | None) -> list[RoundName]:
    """The rounds to show: the close ones, or `sample` of all; always in the same order.

    The order, by name, is as good as random, so those reviewed so far are a fair sample of all.
    Raises UsageError if there are none.
    """
    margin = run.run_file.settings.context.margin
    found = (
        each.named for each in judged_rounds(run) if sample is not None or each.is_close(margin)
    )
    chosen = sorted(found) if sample is None else nsmallest(sample, found)
    if chosen:
        return chosen
    if sample is not None:
        raise UsageError(f"{run.folder.path}: no judged round to review")
    hint = "--sample N shows so many of all judged rounds"
    raise UsageError(f"{run.folder.path}: no round flipped or was a tie; {hint}")


def find_round(run: OpenedRun, named: RoundName) -> JudgedRound | None:
    """Read a round of a run; None if it has changed or is gone."""
    record = run.ledger.find(named.id)
    rounds = () if record is None else rounds_in(0, record)
    return next((each for each in rounds if each.named == named), None)
