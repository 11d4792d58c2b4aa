"""Responses: what the statistics count, the same for samples and for turns of conversations."""

from collections.abc import Callable
from typing import NamedTuple

from nodes.state import Round
from runners.folder.records import Evolution, Record


class ReportedResponse(NamedTuple):
    """A response that went through the graph: a sample's, or that of a conversation's turn."""

    before: str
    after: str
    rounds: list[Round]


class Length(NamedTuple):
    """How long a response was before and after, in the report's unit."""

    before: int
    after: int

    @property
    def ratio(self) -> float | None:
        """After over before; None for a response that was empty before."""
        return self.after / self.before if self.before else None


def responses_of(record: Record) -> list[ReportedResponse]:
    """The responses of a row that were evolved, if only for a round: no skipped turns."""
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
    """What lengths are counted in."""

    name: str
    """Plural, as it stands at the axis of a figure."""
    measure: Callable[[str], int]
    explanation: str
    """One sentence for the reader."""

    def length_of(self, response: ReportedResponse) -> Length:
        """Count a response before and after."""
        return Length(self.measure(response.before), self.measure(response.after))
