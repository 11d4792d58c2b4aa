"""Look: what is in a dataset, counted in one reading of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from nodes.content import CHARACTERS_A_TOKEN
from nodes.conversation import Conversation, ConversationContext
from nodes.guards.language import language_of
from nodes.state import Sample
from nodes.traces import without_trace
from runners.data.dataset import Dataset
from runners.data.passing import reason_to_pass
from runners.data.reading import Reading, ReadRow
from runners.data.samples import samples_of
from runners.data.texts import names_in
from runners.estimate.estimate import GROWTH, SHORTEST_EDIT
from runners.look.repeated import Repeated
from runners.look.turns import skipped_of, turns_of
from runners.run.words import PROMPT_TOKENS

_LANGUAGES = 1000
"""Responses whose language is told: the first ones, a millisecond each."""
_SHOWN = 20
"""Reasons that are told apart; all others are counted together."""


@dataclass
class Look:
    """What was counted. Lengths are in characters."""

    format: str
    found_by: str
    """How the format was found."""
    notes: list[str] = field(default_factory=list[str])
    """What a person should know of how the rows are read."""
    rows: int = 0
    conversations: int = 0
    turns: int = 0
    """Assistants' messages of conversations."""
    samples: int = 0
    """Responses that would be evolved: a row's one, or those of a conversation's turns."""
    empty: int = 0
    """Of these, those that are nothing but white space."""
    thinking: int = 0
    """Responses of whatever row with a trace of thinking (`<think>...</think>`)."""
    too_long: int = 0
    """Of the samples, those whose longest prompt, the judge's, does not fit the context."""
    bad: Counter[str] = field(default_factory=Counter[str])
    passed: Counter[str] = field(default_factory=Counter[str])
    """Rows that would go out untouched, by reason."""
    skipped: Counter[str] = field(default_factory=Counter[str])
    """Turns of other rows that would, by reason."""
    duplicates: int = 0
    """Rows that are equal to an earlier one, in every field."""
    asked_again: int = 0
    """Rows that are not, but have the question of an earlier one."""
    instructions: Counter[int] = field(default_factory=Counter[int])
    """How many have a length of so many bits."""
    responses: Counter[int] = field(default_factory=Counter[int])
    languages: Counter[str] = field(default_factory=Counter[str])
    example: Sample | None = None
    """The first one, as the agents would see it."""

    def as_dict(self) -> dict[str, Any]:
        """The look as JSON has it; lengths by the least of each class."""
        told = {name: value for name, value in vars(self).items() if name != "example"}
        lengths = {name: _by_least(told[name]) for name in ("instructions", "responses")}
        counted = ("bad", "passed", "skipped", "languages")
        counts = {name: dict(told[name].most_common()) for name in counted}
        example = self.example and self.example.model_dump(exclude={"id"})
        return {**told, **lengths, **counts, "example": example}


def look_at(dataset: Dataset, context: ConversationContext, window: int) -> Look:
    """Look at a dataset, in which bad rows are kept; `window` is the models' context in tokens.

    Raises UsageError, StorageError.
    """
    was_given = dataset.is_format_given
    reading = Reading(dataset)
    look = Look(dataset.format.name, "as it was named" if was_given else "", reading.notes)
    repeats = _Repeats()
    for checked in islice(reading, dataset.selection.offset, None):
        if checked.task is not None and not look.found_by:
            look.found_by = f"by the fields {names_in(checked.row.fields)}"
        _add(look, checked, context, window, repeats)
        if checked.task is not None:
            responses = dataset.format.responses(checked.row.fields).values()
            look.thinking += sum(without_trace(each) is not each for each in responses)
    repeats.count_into(look)
    return look


class _Repeats:
    """What is equal to something earlier, counted in the end."""

    def __init__(self) -> None:
        self._asking, self._others, self._questions = Repeated(), Repeated(), Repeated()

    def add(self, digest: str, samples: Sequence[Sample]) -> None:
        """Take a row in."""
        if samples:
            self._asking.add(digest)
            self._questions.add(f"{samples[0].instruction}\0{samples[0].input}")
        else:
            self._others.add(digest)

    def count_into(self, look: Look) -> None:
        """Count; equal rows have equal questions, and are not counted for these once more."""
        again = self._asking.count()
        look.duplicates = again + self._others.count()
        look.asked_again = self._questions.count() - again


def _add(
    look: Look, checked: ReadRow, context: ConversationContext, window: int, repeats: _Repeats
) -> None:
    row, task, fault = checked
    look.rows += 1
    samples = [] if task is None else list(samples_of(task, context))
    repeats.add(row.digest, samples)
    if task is None:
        reason = fault.removeprefix(f"{row.where}, ").removeprefix(f"{row.where}: ")
        look.bad[reason if reason in look.bad or len(look.bad) < _SHOWN else "other reasons"] += 1
        return
    if isinstance(task, Conversation):
        look.conversations += 1
        look.turns += len(turns_of(task))
    reason = reason_to_pass(row.fields, task, context)
    if reason is not None:
        look.passed[reason] += 1
        return
    if isinstance(task, Conversation):
        look.skipped.update(skipped_of(task, context.window))
    for sample in samples:
        _add_sample(look, sample, window)


def _add_sample(look: Look, sample: Sample, window: int) -> None:
    look.samples += 1
    look.example = look.example or sample
    request = len(sample.instruction) + len(sample.input)
    look.instructions[request.bit_length()] += 1
    look.responses[len(sample.response).bit_length()] += 1
    look.empty += not sample.response.strip()
    response = len(sample.response) / CHARACTERS_A_TOKEN
    edited = max(response * GROWTH, SHORTEST_EDIT)
    judged = PROMPT_TOKENS["judge"] + request / CHARACTERS_A_TOKEN + response + edited
    look.too_long += judged > window
    if look.languages.total() < _LANGUAGES:
        look.languages[language_of(sample.response) or "unclear or short"] += 1


def _by_least(lengths: Iterable[int] | Counter[int]) -> dict[int, int]:
    counts = Counter[int](lengths)
    return {least_of(bits): counts[bits] for bits in sorted(counts)}


def least_of(bits: int) -> int:
    """The least length of so many bits."""
    return 1 << (bits - 1) if bits else 0
