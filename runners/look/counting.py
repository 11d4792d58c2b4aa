"""Counting: looks at a dataset in one reading of it."""

from collections.abc import Sequence
from itertools import islice

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
from runners.estimate.rounds import edit_tokens
from runners.look.look import Look
from runners.look.repeated import Repeated
from runners.look.turns import skipped_of, turns_of
from runners.run.words import PROMPT_TOKENS

_LANGUAGES = 1000
"""Number of first responses whose language is determined, which takes a millisecond each."""
_REASONS = 20
"""Most reasons why rows are bad that are distinguished; the others are counted together."""


def look_at(dataset: Dataset, context: ConversationContext, window: int) -> Look:
    """Look at a dataset that keeps bad rows; `window` is the models' context in tokens.

    Raises UsageError or StorageError if it can't be read.
    """
    was_given = dataset.is_format_given
    reading = Reading(dataset)
    look = Look(dataset.format.name, "as it was named" if was_given else "", reading.notes)
    counting, repeats = _Counting(look, context, window), _Repeats()
    for checked in islice(reading, dataset.selection.offset, None):
        samples = [] if checked.task is None else list(samples_of(checked.task, context))
        repeats.add(checked.row.digest, samples)
        counting.add(checked, samples)
        if checked.task is not None:
            look.found_by = look.found_by or f"by the fields {names_in(checked.row.fields)}"
            responses = dataset.format.responses(checked.row.fields).values()
            look.thinking += sum(without_trace(each) is not each for each in responses)
    look.duplicates, look.asked_again = repeats.duplicates, repeats.asked_again
    return look


class _Counting:
    """Adds rows to a look, one by one."""

    def __init__(self, look: Look, context: ConversationContext, window: int) -> None:
        self._look, self._context, self._window = look, context, window

    def add(self, checked: ReadRow, samples: Sequence[Sample]) -> None:
        """Count a row with the samples that it would be evolved as."""
        look, (row, task, _) = self._look, checked
        look.rows += 1
        if task is None:
            self._add_bad(checked)
            return
        if isinstance(task, Conversation):
            look.conversations += 1
            look.turns += len(turns_of(task))
        reason = reason_to_pass(row.fields, task, self._context)
        if reason is not None:
            look.passed[reason] += 1
            return
        if isinstance(task, Conversation):
            look.skipped.update(skipped_of(task, self._context.window))
        for sample in samples:
            self._add_sample(sample)

    def _add_bad(self, checked: ReadRow) -> None:
        """Count a bad row by its reason, which is the same in many rows but for their positions."""
        where, bad = checked.row.where, self._look.bad
        reason = checked.fault.removeprefix(f"{where}, ").removeprefix(f"{where}: ")
        bad[reason if reason in bad or len(bad) < _REASONS else "other reasons"] += 1

    def _add_sample(self, sample: Sample) -> None:
        look = self._look
        look.samples += 1
        look.example = look.example or sample
        look.instructions[_request_length(sample).bit_length()] += 1
        look.responses[len(sample.response).bit_length()] += 1
        look.empty += not sample.response.strip()
        look.too_long += _judged_tokens(sample) > self._window
        if look.languages.total() < _LANGUAGES:
            look.languages[language_of(sample.response) or "unclear or short"] += 1


def _request_length(sample: Sample) -> int:
    return len(sample.instruction) + len(sample.input)


def _judged_tokens(sample: Sample) -> float:
    """Length of the judge's prompt about a sample and its edit, by the assumptions of estimates."""
    request = _request_length(sample) / CHARACTERS_A_TOKEN
    response = len(sample.response) / CHARACTERS_A_TOKEN
    return PROMPT_TOKENS["judge"] + request + response + edit_tokens(response)


class _Repeats:
    """Counts rows and questions that are equal to an earlier one."""

    def __init__(self) -> None:
        self._evolved, self._others, self._questions = Repeated(), Repeated(), Repeated()

    def add(self, digest: str, samples: Sequence[Sample]) -> None:
        """Take in a row, by its digest and the samples that it would be evolved as."""
        if samples:
            self._evolved.add(digest)
            self._questions.add(f"{samples[0].instruction}\0{samples[0].input}")
        else:
            self._others.add(digest)

    @property
    def duplicates(self) -> int:
        """Rows that are equal to an earlier one."""
        return self._evolved.count() + self._others.count()

    @property
    def asked_again(self) -> int:
        """Rows with the question of an earlier row, without those that are equal to one."""
        return self._questions.count() - self._evolved.count()
