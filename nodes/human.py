"""A person in the judge's seat: the run waits before the verdict until somebody decides.

Not in the paper; asked for by `Context.human_verdict`.
"""

from typing import Any, Literal, get_args

from langgraph.types import interrupt
from typing_extensions import TypedDict  # see nodes.state

from nodes.internals import has_checkpointer
from nodes.state import Judgement, State, Verdict, written

PERSON = "person"
"""The name under which a person's judgement is recorded, beside those of the judge's nodes."""

PersonsChoice = Literal["edited", "original", "tie"]
"""The possible answers."""

_CHOICES: tuple[PersonsChoice, ...] = get_args(PersonsChoice)
_POINTS: dict[PersonsChoice, tuple[float, float]] = {
    "edited": (0, 1),
    "original": (1, 0),
    "tie": (1, 1),
}
"""Points of the original and of the edited response (Eq. 4)."""
_QUESTION = "Which response is better: edited, original, or tie (which keeps the original)?"
_ANSWER: dict[str, Any] = {"type": "string", "enum": list(_CHOICES), "description": _QUESTION}
"""JSON schema of the answer, from which a client can build a form."""


class HumanVerdictError(ValueError):
    """A person's verdict can't be asked for; the message says what to do."""


class Question(TypedDict):
    """What the interrupted run shows to the person."""

    question: str
    """What is asked."""
    problem: str | None
    """Why it is asked again; None the first time."""
    k: int
    """Number of the round, from 1."""
    instruction: str
    """The sample's instruction."""
    input: str
    """The sample's input."""
    original: str
    """r, the response that this round tries to improve."""
    edited: str
    """r', the edited response."""
    judged: dict[str, Verdict]
    """The judge's verdicts by node name; empty unless the run was forked after the judge."""


def require_checkpointer() -> None:
    """Raise HumanVerdictError if the run can't wait for a person, before anything is paid."""
    if not has_checkpointer():
        raise HumanVerdictError(
            "human_verdict: the run can't wait for a person without a checkpointer; on a server "
            "run it on a thread, in Python run graph.copy({'checkpointer': InMemorySaver()})"
        )


def ask_person(state: State) -> Judgement:
    """Interrupt the run until a person has decided; an invalid answer is asked for again."""
    question: Question = {
        "question": _QUESTION,
        "problem": None,
        "k": state["k"],
        "instruction": state["instruction"],
        "input": state["input"],
        "original": state["response"],
        "edited": written(state["edit"])["response"],
        "judged": {node: each["verdict"] for node, each in state["judgements"].items()},
    }
    while (choice := read_person(said := interrupt(question, response_schema=_ANSWER))) is None:
        listed = ", ".join(_CHOICES)
        question = {**question, "problem": f"{str(said)[:80]!r} is none of {listed}"}
    return judgement_of_person(choice)


def read_person(said: object) -> PersonsChoice | None:
    """Read a person's answer, ignoring case and any blanks and quotes around it. Pure."""
    word = said.strip(" \t\r\n\"'").lower() if isinstance(said, str) else None
    return next((choice for choice in _CHOICES if choice == word), None)


def judgement_of_person(choice: PersonsChoice) -> Judgement:
    """A person's choice as the judgement that counts alone (Eq. 4)."""
    original_score, edited_score = _POINTS[choice]
    return {
        "text": choice,
        "finish_reason": None,
        "model": None,
        "input_tokens": None,
        "output_tokens": None,
        "verdict": choice,
        "original_score": original_score,
        "edited_score": edited_score,
    }
