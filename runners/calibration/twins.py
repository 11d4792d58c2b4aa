"""Twins: rows of a dataset, each with spoilt copies of its response."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import NamedTuple

from nodes.content import text_of
from nodes.conversation import ConversationContext
from nodes.history import instruction_of, reason_to_skip
from nodes.state import Sample
from runners.calibration.spoiling import PADDED, Spoiling, padded, spoilt
from runners.comparison.pairs import Pair
from runners.data.before import as_asked, reason_to_skip_talk
from runners.data.dataset import Dataset
from runners.data.formats import Task
from runners.errors import UsageError


class Original(NamedTuple):
    """A response of the dataset, with its task as a judge sees it."""

    position: int
    """Position of its row, from 0."""
    instruction: str
    input: str
    response: str
    turn: int | None = None
    """In a conversation, the position of the answer among its messages, from 0."""


def take_originals(
    dataset: Dataset, context: ConversationContext, size: int, seed: int = 0
) -> list[Original]:
    """Take `size` rows, spread evenly over those with a response; of a talk, the first answer.

    Each comes from a section of its own: with seed 0 the section's first row, else a random one.
    Raises UsageError for a bad row, or if no row has a response.
    """
    usable = [each.position for each in _readable(dataset, context)]
    if not usable:
        raise UsageError(f"{dataset.name}: no row has a response; there is nothing to make worse")
    chosen = {usable[place] for place in _spread(len(usable), min(size, len(usable)), seed)}
    return [each for each in _readable(dataset, context) if each.position in chosen]


def _spread(whole: int, count: int, seed: int) -> Iterator[int]:
    """Positions in `whole`, one in each of `count` sections."""
    random = Random(seed)
    for start, end in pairwise(number * whole // count for number in range(count + 1)):
        yield random.randrange(start, end) if seed else start


def _readable(dataset: Dataset, context: ConversationContext) -> Iterator[Original]:
    for position, row in enumerate(dataset.rows()):
        found = _original(dataset.read(row), position, context)
        if found is not None and found.response.strip():
            yield found


def _original(task: Task, position: int, context: ConversationContext) -> Original | None:
    if isinstance(task, Sample):
        if reason_to_skip_talk(task, context) is not None:
            return None
        asked = as_asked(task, context)
        return Original(position, asked.instruction, asked.input, asked.response)
    for turn, message in enumerate(task.messages):
        if message["role"] == "assistant":
            if reason_to_skip(task.messages, turn, context.window) is not None:
                continue
            layout = context.pack.conversation
            asked = instruction_of(task.messages, turn, context.window, layout)
            return Original(position, asked, "", text_of(message) or "", turn)
    return None


def twins_of(originals: Sequence[Original], kinds: Sequence[Spoiling], seed: int) -> list[Pair]:
    """Pairs of an original, side A, and a twin, side B; the category is the kind of twin.

    Each original has a twin of each kind that can be made of it, and one that is only longer. The
    same originals, kinds and seed give the same twins.
    """
    pairs: list[Pair] = []
    for number, original in enumerate(originals):
        other = _another(originals, number)
        made = {kind: spoilt(original.response, kind, other, seed) for kind in kinds}
        made[PADDED] = padded(original.response)
        pairs += [_pair(original, twin, kind) for kind, twin in made.items() if twin is not None]
    return pairs


def _another(originals: Sequence[Original], number: int) -> str:
    """The response of the next row with another task; blank if there is none."""
    own = originals[number]
    rest = [*originals[number + 1 :], *originals[:number]]
    return next((each.response for each in rest if each.instruction != own.instruction), "")


def _pair(original: Original, twin: str, kind: str) -> Pair:
    texts = original.instruction, original.input, original.response, twin
    return Pair(original.position, *texts, kind, original.turn)
