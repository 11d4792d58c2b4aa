"""Echo: an edit that repeats the prompt instead of answering it."""

import re

from nodes.guards.signs import Signs
from nodes.guards.span import Span, whole_text

PROMPT = re.compile(
    r"""
    below[ ]is[ ]an[ ]instruction[ ]that[ ]describes[ ]a[ ]task
  | referring[ ]to[ ]the[ ]above[ ]writing[ ]suggestions
  | must[ ]ignore[ ]suggestions[ ]beyond
  | modify[ ]the[ ]previous[ ]response[ ]and[ ]make[ ]sure
  | make[ ]sure[ ]that[ ]it[ ]appropriately[ ]completes[ ]the[ ]request
  | \#{2,6}[ ]*(?:writing[ ]suggestions|previous[ ]response):
  | you[ ]are[ ]a[ ]professional[ ]editor[ ]who[ ]possesses
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Wording of the editor's prompt around the sample (Table 8)."""
OF_PROMPT = Signs(
    "instruction", "suggestions", "previous response", "appropriately", "professional"
)
_LABEL = re.compile(
    r"[\s*_]*(?:\#{1,6}[ ]*)?[*_]*(?:(?:instruction|input|task|question|user"
    r"|prompt)[*_]*:[*_]*\s*)?"
    r"[\"\u201c*_]?",
    re.IGNORECASE | re.VERBOSE,
)
_ENDED = re.compile(r"[\"\u201d*_]*(?:\s*[.?!:\u3002\uff1f\uff01\uff1a]|[ \t]*(?:\n|\Z))")
"""What follows a repeated instruction, unless the words just happen to open a longer sentence."""
_WORD = re.compile(r"[\u3400-\u9fff]|\w+")
_LONG = 5
"""Fewest words of an instruction whose repetition is no coincidence."""
_ASKED = re.compile(
    r"\brepeat\b|\brestate\b|\bword for word\b|\becho\b|\u91cd\u590d", re.IGNORECASE
)
_USER = "USER:"
_ASSISTANT = "ASSISTANT:"


def find_echo(response: str, original: str, instruction: str) -> Span | None:
    """Where the response quotes the editor's prompt, or opens with the whole instruction."""
    prompt = PROMPT.search(response) if OF_PROMPT.are_in(response) else None
    if prompt and not PROMPT.search(original) and prompt[0].lower() not in instruction.lower():
        return Span(*prompt.span())
    question = _question(instruction)
    if not _begins_with(response, question) or _ASKED.search(instruction):
        return None
    return whole_text(response, if_true=not _begins_with(original, question))


def _begins_with(text: str, question: str) -> bool:
    """Whether a text opens with a long question's words as a sentence or line of their own."""
    label = _LABEL.match(text)
    end = label.end() if label else 0
    if text[:end].strip() == "#" or not _WORD.match(text, end):  # code: comments, docstrings
        return False
    words = 0
    for word in _WORD.finditer(question):
        found = _WORD.search(text, end)
        if found is None or found[0].lower() != word[0].lower():
            return False
        end, words = found.end(), words + 1
    return words >= _LONG and _ENDED.match(text, end) is not None


def _question(instruction: str) -> str:
    """The last question of a conversation's instruction, in the paper's layout."""
    if not instruction.rstrip().endswith(_ASSISTANT):
        return instruction
    return instruction.rstrip().removesuffix(_ASSISTANT).rpartition(_USER)[2]
