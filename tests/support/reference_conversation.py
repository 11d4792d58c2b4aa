"""Multi-turn evolution, plain and sequential: the oracle for the conversation graph.

Written from the paper (section 3.2, appendix B) and the architecture alone. It takes well-formed
conversations: a system message or none, then user and assistant in turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.support.reference import Ask, ReferenceResult
from tests.support.reference_ablations import Framework, evolve_by
from tests.support.rows import Row

SENTENCE = (
    "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the user's questions."
)


@dataclass(frozen=True)
class Limits:
    """What is evolved, and how much of the conversation is shown."""

    window: int = 3
    turns: int | None = None
    tokens: int | None = None


@dataclass(frozen=True)
class ReferenceTurn:
    """An assistant message: where it stands and what became of it."""

    index: int
    instruction: str
    result: ReferenceResult | None
    """None if a limit came first."""
    skipped: str | None = None


@dataclass
class ReferenceConversation:
    """A conversation in progress."""

    messages: list[dict[str, str]]
    turns: list[ReferenceTurn] = field(default_factory=list[ReferenceTurn])

    def limit(self, limits: Limits) -> str | None:
        """The limit that has been reached after the turns so far."""
        if limits.turns is not None and len(self.turns) >= limits.turns:
            return "max_turns"
        so_far = self.messages[: self.turns[-1].index + 1] if self.turns else []
        characters = sum(len(message["content"]) for message in so_far)
        if limits.tokens is not None and characters / 4 >= limits.tokens:
            return "max_conversation_tokens"
        return None


def evolve_conversation(
    messages: Sequence[dict[str, str]],
    ask: Ask,
    max_rounds: int,
    limits: Limits | None = None,
    framework: Framework = "coevol",
) -> ReferenceConversation:
    """Evolve every answer in order, each with the evolved ones before it."""
    limits = limits or Limits()
    so_far = ReferenceConversation([dict(message) for message in messages])
    for index, message in enumerate(so_far.messages):
        if message["role"] != "assistant":
            continue
        if limit := so_far.limit(limits):
            so_far.turns.append(ReferenceTurn(index, "", None, limit))
            continue
        instruction = _instruction(so_far.messages, index, limits.window)
        row = Row(id="", instruction=instruction, input="", response=message["content"])
        result = evolve_by(framework, row, ask, max_rounds)
        message["content"] = result.response
        so_far.turns.append(ReferenceTurn(index, instruction, result))
    return so_far


def _instruction(messages: Sequence[dict[str, str]], index: int, window: int) -> str:
    system = messages[0]["content"] if messages[0]["role"] == "system" else ""
    said = [m["content"] for m in messages if m["role"] != "system"]
    asked = index - (1 if system else 0) - 1
    if len(said) < 4:  # one turn, and perhaps a question nobody answered
        return f"{system}\n\n{said[asked]}" if system else said[asked]
    rounds = list(zip(said[:asked:2], said[1:asked:2], strict=True))
    shown = rounds[max(0, len(rounds) - (window - 1)) :]
    history = "".join(f"USER: {question} ASSISTANT: {answer}</s>" for question, answer in shown)
    return f"{system or SENTENCE} {history}USER: {said[asked]} ASSISTANT:"
