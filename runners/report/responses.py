"""Responses: the unit of the statistics, for samples and for turns of conversations."""

from collections.abc import Callable
from typing import NamedTuple

from nodes.state import Round
from runners.folder.records import Evolution, Record


class ReportedResponse(NamedTuple):
    """A response that was evolved: a sample's, or that of a conversation's turn."""

    before: str
    after: str
    rounds: list[Round]


class Length(NamedTuple):
    """A response's length before and after, in the report's unit."""

    before: int
    after: int

    @property
    def ratio(self) -> float | None:
        """After over before; None for a response that was empty before."""
        return self.after / self.before if self.before else None


def responses_of(record: Record) -> list[ReportedResponse]:
    """The responses of a row that were evolved for at least a round, without skipped turns."""
    if isinstance(record, Evolution):
        found = [(record.original_response, record.response, record.rounds, record.stop_reason)]
    else:
        found = [
            (turn["original_response"], turn["response"], turn["rounds"], turn["stop_reason"])
            for turn in record.turns
        ]
    return [
        ReportedResponse(before, after, rounds)
        for before, after, rounds, reason in found
        if reason is not None or rounds
    ]


class LengthUnit(NamedTuple):
    """The unit of lengths."""

    name: str
    """Plural, as on the axis of a figure."""
    measure: Callable[[str], int]
    explanation: str
    """One sentence for the reader."""

    def length_of(self, response: ReportedResponse) -> Length:
        """The length of a response before and after."""
        return Length(self.measure(response.before), self.measure(response.after))
