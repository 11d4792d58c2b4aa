"""Preference pairs of a row: in every round whose edit won, the edit is preferred."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nodes.orders import verdicts_among
from nodes.state import Round
from runners.folder.records import Evolution, Record


class PreferencePair(NamedTuple):
    """A better and a worse response to the same question."""

    turn: int
    """Position of the answer in the row's messages; 0 in a row with one response."""
    rounds: Sequence[Round]
    """The rounds that lead from the worse response to the better one; their edits all won."""

    @property
    def chosen(self) -> str:
        """The better response: the edit of the last round."""
        return self.rounds[-1]["edit"]["response"]

    @property
    def rejected(self) -> str:
        """The worse response: the one before the first round."""
        return self.rounds[0]["response"]

    @property
    def margin(self) -> float:
        """By how many points the edit won, over both orders; the least of several rounds."""
        return min(each["edited_score"] - each["original_score"] for each in self.rounds)


class PairFilter(NamedTuple):
    """Which pairs to export."""

    final: bool = False
    """Whether to make one pair of all rounds: the final response over the original."""
    both_orders: bool = False
    """Whether the edit must have won in both orders, without a tie."""
    min_margin: float | None = None
    """Least points by which the edit must have won, over both orders."""
    max_length_ratio: float | None = None
    """Most times as long as the rejected response that the chosen one may be, in characters."""

    def reason_against(self, pair: PreferencePair) -> str | None:
        """Why a pair is left out; None if it is exported."""
        if pair.chosen == pair.rejected:
            return "both responses the same"
        if self.both_orders and not all(map(_won_both, pair.rounds)):
            return "not won in both orders"
        if self.min_margin is not None and pair.margin < self.min_margin:
            return "margin below the minimum"
        most = self.max_length_ratio
        if most is not None and len(pair.chosen) > most * len(pair.rejected):
            return "chosen response too long for the rejected one"
        return None


def pairs_of(record: Record, *, final: bool) -> Iterator[PreferencePair]:
    """Yield the pairs of a row, in the order of turns and rounds."""
    for turn, rounds in rounds_by_turn(record):
        won = [each for each in rounds if each["outcome"] == "improved"]
        if final and won:
            yield PreferencePair(turn, won)
        elif not final:
            yield from (PreferencePair(turn, [each]) for each in won)


def rounds_by_turn(record: Record) -> list[tuple[int, list[Round]]]:
    """The rounds of each response, after the position of its message, as in `PreferencePair`."""
    if isinstance(record, Evolution):
        return [(0, record.rounds)]
    return [(turn["index"], turn["rounds"]) for turn in record.turns]


def narrowed(record: Record, pair: PreferencePair) -> Record:
    """The record reduced to the pair: its turn, its two responses and its rounds."""
    change = {
        "original_response": pair.rejected,
        "response": pair.chosen,
        "rounds": list(pair.rounds),
    }
    if isinstance(record, Evolution):
        return record.model_copy(update=change)
    turns = [{**turn, **change} for turn in record.turns if turn["index"] == pair.turn]
    return record.model_copy(update={"turns": turns})


def _won_both(round: Round) -> bool:
    """Whether the edit won in each order; with a panel, by the points of all its judges."""
    return verdicts_among(round["judgements"]) == ("edited", "edited")
