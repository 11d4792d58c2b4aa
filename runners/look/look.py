"""A look at a dataset: its counts."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from nodes.state import Sample


@dataclass
class Look:
    """What is in a dataset. Lengths are in characters."""

    format: str
    found_by: str
    """How the format was found, for the user."""
    notes: list[str] = field(default_factory=list[str])
    """What the user should know about how the rows are read."""
    rows: int = 0
    conversations: int = 0
    turns: int = 0
    """Assistants' messages in conversations."""
    samples: int = 0
    """Responses that would be evolved."""
    empty: int = 0
    """Samples whose response is nothing but white space."""
    thinking: int = 0
    """Responses with a trace of thinking (`<think>...</think>`), evolved or not."""
    too_long: int = 0
    """Samples whose longest prompt, the judge's, does not fit the models' context."""
    bad: Counter[str] = field(default_factory=Counter[str])
    """Bad rows by reason."""
    passed: Counter[str] = field(default_factory=Counter[str])
    """Rows that would go out untouched, by reason."""
    skipped: Counter[str] = field(default_factory=Counter[str])
    """Turns that would be left as they are in rows that are evolved, by reason."""
    duplicates: int = 0
    """Rows that are equal to an earlier one in every field."""
    asked_again: int = 0
    """Rows that are not duplicates, but have the question of an earlier row."""
    instructions: Counter[int] = field(default_factory=Counter[int])
    """Samples by the bit length of the length of their instruction and input; see `shortest`."""
    responses: Counter[int] = field(default_factory=Counter[int])
    """Samples by the bit length of the length of their response."""
    languages: Counter[str] = field(default_factory=Counter[str])
    """The first samples by the language of their response."""
    example: Sample | None = None
    """The first sample, as the agents would see it."""

    def as_dict(self) -> dict[str, Any]:
        """The look as JSON has it: lengths by the shortest of each class, reasons by frequency."""
        told = {name: value for name, value in vars(self).items() if name != "example"}
        lengths = {name: _by_shortest(told[name]) for name in ("instructions", "responses")}
        counted = ("bad", "passed", "skipped", "languages")
        counts = {name: dict(told[name].most_common()) for name in counted}
        example = self.example and self.example.model_dump(exclude={"id"})
        return {**told, **lengths, **counts, "example": example}


def shortest(bits: int) -> int:
    """The least number with this bit length: classes of lengths are 0, 1, 2 to 3, 4 to 7, ..."""
    return 1 << (bits - 1) if bits else 0


def _by_shortest(lengths: Counter[int]) -> dict[int, int]:
    return {shortest(bits): lengths[bits] for bits in sorted(lengths)}
