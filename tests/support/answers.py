"""A scripted model: its answer is a pure function of the words that it is asked.

from tests.support.answers import answer, complete, task_of
answer([{"role": "system", "content": ...}, {"role": "user", "content": ...}])
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from tests.support.edits import edit
from tests.support.speeches import CRITIQUE, PRAISE, REJOINDER, advice, speech
from tests.support.verdicts import judgement
from tests.support.words import Prompt, read_prompt

Task = Literal[
    "positive_predetermined",
    "critical_predetermined",
    "positive_free",
    "critical_free",
    "advisor",
    "editor",
    "editor_alone",
    "advisor_alone",
    "advisor_blind",
    "judge",
    "unknown",
]

# How each role prompt of Tables 7 to 9 begins. A prompt is known by its first words only, because
# any later ones may come from data.
ROLES = {
    "You are an optimistic person": "positive",
    "You are a critical person": "critical",
    "You are an experienced advisor": "advisor",
    "You are a professional editor": "editor",
    "You are a helpful and": "judge",
}
ADVISED = ["###", "Writing", "Suggestions:"]
"""How the editor's task begins, right after its role, where there is an advisor."""
BLIND_ENDING = (
    "Going by the request alone, offer no more than 3 writing suggestions for a response to it. "
    "Directly output these suggestions in separate lines without any foreword or explanation."
)
ALONE_ENDING = (
    "Offer no more than 3 writing suggestions for improving the given response. "
    "Directly output these suggestions in separate lines without any foreword or explanation."
)
FREE_ENDING = "each point according to the given instruction and input."


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer and why it ended."""

    text: str
    finish_reason: str


def answer(messages: Iterable[Mapping[str, str]]) -> str:
    """What the model says to these OpenAI chat messages."""
    return reply(read_prompt(messages))


def complete(
    messages: Iterable[Mapping[str, str]],
    max_tokens: int | None = None,
    stop: Sequence[str] = (),
) -> Completion:
    """The answer as the server gives it: before a stop text, cut after `max_tokens` words."""
    return cut(answer(messages), max_tokens, stop)


def cut(text: str, max_tokens: int | None = None, stop: Sequence[str] = ()) -> Completion:
    """The text as far as the request's limits let it go."""
    for mark in stop:
        text = text.partition(mark)[0]
    if not max_tokens or len(text.split()) <= max_tokens:
        return Completion(text, "stop")
    *_, last = islice(re.finditer(r"\S+", text), max_tokens)
    return Completion(text[: last.end()], "length")


def task_of(messages: Iterable[Mapping[str, str]]) -> Task:
    """Which of the paper's prompts this is, by the names of the graph's nodes."""
    return task_of_prompt(read_prompt(messages))


def task_of_prompt(prompt: Prompt) -> Task:
    """Which it is, of a prompt already read."""
    role = ROLES.get(" ".join(prompt.words[:5]))
    free = prompt.text.endswith(FREE_ENDING)
    match role:
        case "positive":
            return "positive_free" if free else "positive_predetermined"
        case "critical":
            return "critical_free" if free else "critical_predetermined"
        case "advisor":
            if prompt.text.endswith(BLIND_ENDING):
                return "advisor_blind"
            return "advisor_alone" if prompt.text.endswith(ALONE_ENDING) else "advisor"
        case "editor":
            return "editor" if prompt.words[18:21] == ADVISED else "editor_alone"
        case "judge":
            return role
        case _:
            return "unknown"


def reply(prompt: Prompt) -> str:
    """What the model says to a prompt already read."""
    match task_of_prompt(prompt):
        case "positive_predetermined":
            return speech(prompt, PRAISE)
        case "critical_predetermined":
            return speech(prompt, CRITIQUE)
        case "positive_free" | "critical_free":
            return speech(prompt, REJOINDER)
        case "advisor" | "advisor_alone" | "advisor_blind":
            return advice(prompt)
        case "editor" | "editor_alone":
            return edit(prompt)
        case "judge":
            return judgement(prompt)
        case "unknown":
            return speech(prompt, REJOINDER)
