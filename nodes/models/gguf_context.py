"""The context of a GGUF file's calls: how many tokens prompt and answer have together.

llama.cpp sets the memory for it aside when it loads the file, for every call at once.
"""

from nodes.models.gguf_header import Sizes
from nodes.models.request import CONTEXT, longest_answer
from nodes.models.settings import ModelSettings

_SPEECHES = 5
"""Answers that must fit into a context: up to four in a prompt (the advisor's), and its own."""
_WORDS = 3192
"""Tokens for the pack's words and the row: 8,192 in all with the paper's limit on answers."""
_STEP = 1024
_SHARE = 2
"""At most this part of the machine's memory, a half, is taken for contexts: the rest is the
model's, and everybody else's."""


def given_context(settings: ModelSettings) -> int | None:
    """The context that the user asked for; None to find one."""
    given = settings.params.get(CONTEXT)
    return given if isinstance(given, int) else None


def usual_context(settings: ModelSettings) -> int:
    """The context where nothing is known of the rows, and the least where something is."""
    return _SPEECHES * longest_answer(settings) + _WORDS


def fitting_context(least: int, needed: int, sizes: Sizes, slots: int, memory: int | None) -> int:
    """A context with room for calls of `needed` tokens, `slots` of them at once.

    No more than the model was trained with or `memory` (bytes, of the whole machine) has place for;
    but at least `least`.
    """
    if needed <= least:
        return least
    most = [-(-needed // _STEP) * _STEP]
    if sizes.trained is not None:
        most.append(sizes.trained)
    if sizes.bytes_a_token and memory is not None:
        most.append(memory // _SHARE // (slots * sizes.bytes_a_token))
    return max(least, min(most))
