"""Algorithm 1 of the paper, plain and sequential: the oracle that the graph is tested against.

Written from the paper and the architecture alone; it shares no code with the project.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.support import paper_prompts as paper
from tests.support.readers import read_grades, read_name, strip_scaffolding
from tests.support.rows import Row

Message = dict[str, str]
Ask = Callable[[list[Message]], tuple[str, str]]
"""Messages in, text and finish_reason out."""
Name = Literal["original", "edited"]
Verdict = Literal["original", "edited", "tie", "unparsable"]
Outcome = Literal["improved", "adopted", "not_improved", "edit_empty", "edit_truncated"]
EditOutcome = Literal["adopted", "edit_empty", "edit_truncated"]
StopReason = Literal["max_rounds", "adopted", "not_improved", "edit_empty", "edit_truncated"]


@dataclass(frozen=True)
class ReferenceRound:
    """One pass through the loop; an edit that is empty or cut off is not judged."""

    outcome: Outcome
    edited: str
    original_first: Verdict | None = None
    edited_first: Verdict | None = None

    @property
    def advanced(self) -> bool:
        """Whether the edit replaced the response."""
        return self.outcome == "improved"


@dataclass(frozen=True)
class ReferenceResult:
    """What Algorithm 1 returns, and how it got there."""

    id: str
    response: str
    rounds: tuple[ReferenceRound, ...]
    stop_reason: StopReason


@dataclass(frozen=True)
class _Judgement:
    verdict: Verdict
    original: float
    """s(r) of this order."""
    edited: float
    """s(r') of this order."""


@dataclass(frozen=True)
class Agents:
    """The five agents: how they are addressed and how they are asked."""

    ask: Ask
    system_role: Literal["native", "merge"] = "native"
    judge_mode: Literal["choice", "score"] = "choice"

    def opening(self, role: str, task: str) -> list[Message]:
        """A fresh memory with the first task prompt in it."""
        words = paper.ROLES[role]
        if self.system_role == "merge":
            return [{"role": "user", "content": f"{words}\n\n{task}"}]
        return [{"role": "system", "content": words}, {"role": "user", "content": task}]


def evolve(
    row: Row,
    ask: Ask,
    max_rounds: int,
    system_role: Literal["native", "merge"] = "native",
    judge_mode: Literal["choice", "score"] = "choice",
) -> ReferenceResult:
    """Evolve a row's response until an edit is no improvement, or for K rounds."""
    agents = Agents(ask, system_role, judge_mode)
    response = row["response"]
    rounds: list[ReferenceRound] = []
    for _ in range(max_rounds):
        played = _round(agents, row["instruction"], row["input"], response)
        rounds.append(played)
        if played.outcome != "improved":
            return ReferenceResult(row["id"], response, tuple(rounds), played.outcome)
        response = played.edited
    return ReferenceResult(row["id"], response, tuple(rounds), "max_rounds")


def _round(agents: Agents, instruction: str, given: str, response: str) -> ReferenceRound:
    sample = paper.sample(instruction, given, response)
    request = paper.request(instruction, given)
    suggestions = advise(agents, sample, paper.preamble(given))
    outcome, edited = edit(agents, edit_task(instruction, given, response, suggestions))
    if outcome != "adopted":
        return ReferenceRound(outcome, edited)
    opening = f"{paper.preamble(given)}\n\n{request}"
    first = _judge(agents, opening, (response, edited), ("original", "edited"))
    second = _judge(agents, opening, (edited, response), ("edited", "original"))
    improved = first.edited + second.edited > first.original + second.original
    outcome = "improved" if improved else "not_improved"
    return ReferenceRound(outcome, edited, first.verdict, second.verdict)


def edit_task(instruction: str, given: str, response: str, suggestions: str) -> str:
    """The editor's prompt of Table 8."""
    sample, request = paper.sample(instruction, given, response), paper.request(instruction, given)
    return (
        f"### Writing Suggestions:\n{suggestions}\n\n### Previous Response:\n{response}\n\n"
        f"{paper.preamble(given)}\n\n{sample}\n\n{paper.EDIT}\n\n{request}\n\n### Response:"
    )


def edit(agents: Agents, task: str) -> tuple[EditOutcome, str]:
    """What the editor makes of a prompt, and whether it can be adopted."""
    text, finish_reason = agents.ask(agents.opening("editor", task))
    edited = strip_scaffolding(text)
    if finish_reason == "length":
        return "edit_truncated", edited
    return ("adopted" if edited.strip() else "edit_empty"), edited


def advise(agents: Agents, sample: str, preamble: str) -> str:
    """The debate of Table 7 and the suggestions drawn from it."""
    positive = agents.opening("positive", f"{sample}\n\n{paper.FIRST_ROUND['positive']}")
    critical = agents.opening("critical", f"{sample}\n\n{paper.FIRST_ROUND['critical']}")
    praise, critique = agents.ask(positive)[0], agents.ask(critical)[0]
    positive_free = agents.ask(_second_turn(positive, praise, critique))[0]
    critical_free = agents.ask(_second_turn(critical, critique, praise))[0]
    task = (
        f"{preamble}\n\n{sample}\n\n{paper.DISCUSSION}\n\n"
        f"### Reviewer 1:\n{praise}\n\n### Reviewer 2:\n{critique}\n\n"
        f"### Reviewer 1:\n{positive_free}\n\n### Reviewer 2:\n{critical_free}\n\n{paper.ADVISE}"
    )
    return agents.ask(agents.opening("advisor", task))[0]


def _second_turn(memory: list[Message], own: str, other: str) -> list[Message]:
    """A debater keeps its first prompt and speech, and reviews the other's first speech."""
    review = f"### Review from others:\n{other}\n\n{paper.SECOND_ROUND}"
    return [
        *memory,
        {"role": "assistant", "content": own},
        {"role": "user", "content": review},
    ]


def _judge(
    agents: Agents, opening: str, responses: tuple[str, str], names: tuple[Name, Name]
) -> _Judgement:
    blocks = "\n\n".join(
        f"[The Start of Assistant {n}'s Response]\n{response}\n"
        f"[The End of Assistant {n}'s Response]"
        for n, response in enumerate(responses, start=1)
    )
    question = paper.JUDGE[agents.judge_mode]
    text, _ = agents.ask(agents.opening("judge", f"{opening}\n\n{blocks}\n\n[System]\n{question}"))
    first_line = text.strip().partition("\n")[0]
    return (_graded if agents.judge_mode == "score" else _named)(first_line, names)


def _named(line: str, names: tuple[Name, Name]) -> _Judgement:
    """Equation 4: a point for the better one, one for both in a tie or if it can't be read."""
    reading = read_name(line)
    verdict = names[reading - 1] if isinstance(reading, int) else reading
    return _Judgement(verdict, int(verdict != "edited"), int(verdict != "original"))


def _graded(line: str, names: tuple[Name, Name]) -> _Judgement:
    """The points are the grades themselves; none for either if they can't be read."""
    grades = read_grades(line)
    if grades is None:
        return _Judgement("unparsable", 0, 0)
    points = dict(zip(names, grades, strict=True))
    original, edited = points["original"], points["edited"]
    if original == edited:
        return _Judgement("tie", original, edited)
    return _Judgement("original" if original > edited else "edited", original, edited)
