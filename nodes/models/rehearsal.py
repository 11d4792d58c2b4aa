"""The rehearsal model: plays the five roles by rules of form, to try coevol without a key.

It is not a language model and understands nothing: it reads the layout of a prompt, and looks at
spaces, capitals, full stops, lists and paragraphs. So responses improve in form, then settle.
"""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from nodes.guards.cleaning import clean
from nodes.models.rehearsal_layout import (
    INSTRUCTION,
    is_for_one_alone,
    is_opening,
    read_edit,
    read_opening,
    read_sample,
    read_task,
    unknown,
)
from nodes.models.rehearsal_rules import RULES, Assessment, review, write_task
from prompts.repair import DEFAULT as REPAIR

_EFFORT = 2
"""The editor's effort per round: two small repairs, or one change of layout."""
_SIGNED = "By rules of form, without a language model:"
_ENOUGH = "Keep the response as it is."
_DISAGREE = "Disagree: "
_GENERAL_ADVICE = "Write something.\nTidy the spaces.\nDivide a long text into paragraphs."

_AGAIN = REPAIR.rpartition("\n\n")[2]
_OTHERS = "### Review from others:\n"
_FIRST_START = "[The Start of Assistant 1's Response]\n"
_BETWEEN = "\n[The End of Assistant 1's Response]\n\n[The Start of Assistant 2's Response]\n"
_SECOND_END = "\n[The End of Assistant 2's Response]\n\n[System]\n"
_BLIND, _UNDEBATED = "Going by the request alone, offer", "Offer no more than"
_LAST = "In the last line"
_POINT = re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]+(\S.*)", re.MULTILINE)


class RehearsalModel(BaseChatModel):
    """Rule-based stand-in for a chat model. Understands the built-in prompt packs only."""

    @property
    def _llm_type(self) -> str:
        return "rehearsal (rule-based, no language model)"

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        return LangSmithParams(
            ls_provider="rule-based", ls_model_name="rehearsal", ls_model_type="chat"
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = AIMessage(_until(stop, answer(messages)), response_metadata=_metadata())
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, stop)  # a thread would cost more than the work

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for word in re.findall(r"\s*\S+|\s+$", _until(stop, answer(messages))):
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))
        end = AIMessageChunk(content="", response_metadata=_metadata(), chunk_position="last")
        yield ChatGenerationChunk(message=end)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._stream(messages, stop):
            yield chunk


def answer(messages: list[BaseMessage]) -> str:
    """Answer a prompt in the role that its layout shows. Pure. Raises RehearsalError.

    The last paragraph shows the role, because data comes before it and may contain anything.
    """
    prompts = [message.text.rstrip() for message in messages if isinstance(message, HumanMessage)]
    prompt = prompts[-1] if prompts else ""
    ending = prompt.rpartition("\n\n")[2]
    if ending == "### Response:":
        return _respond(prompt) if is_for_one_alone(prompt) else _edit(prompt)
    if ending.startswith("[System]\n"):
        return _judge(prompt)
    if len(prompts) == 2 and ending == _AGAIN:  # a repair; rules know no other edit
        return answer([HumanMessage(prompts[0])])
    if prompt.startswith(_OTHERS):
        return _debate(prompt, prompts[0])
    if is_opening(ending):
        return _open_debate(prompt)
    if _BLIND in ending:
        return _GENERAL_ADVICE
    if _UNDEBATED in ending:
        return _advise_alone(prompt)
    if "\n\n### Reviewer 2:\n" in prompt:
        return _advise(prompt)
    raise unknown()


def _open_debate(prompt: str) -> str:
    """Name what is good or what is bad about the response."""
    seen, is_critic = read_opening(prompt)
    return _listed(seen.complaints if is_critic else seen.strengths)


def _debate(prompt: str, opening: str) -> str:
    """Agree or disagree with each point of the other's review."""
    seen, is_critic = read_opening(opening)
    known = seen.strengths if is_critic else seen.complaints

    def stand(point: str) -> str:
        if point in seen.disputed:
            return _DISAGREE
        return "Agree: " if point in known else "No rule can tell: "

    points: list[str] = _POINT.findall(prompt.rpartition("\n\n")[0])
    return _listed([stand(point) + point for point in points])


def _advise(prompt: str) -> str:
    """Pass on up to three points of the critic that the other debater did not dispute."""
    debate, _, _ = prompt.rpartition("\n\n### Reviewer 2:\n")
    debate, _, reply = debate.rpartition("\n\n### Reviewer 1:\n")
    points: list[str] = _POINT.findall(debate.rpartition("\n\n### Reviewer 2:\n")[2])
    credible = [point for point in points if _DISAGREE + point not in reply]
    return "\n".join(credible[:3]) or _ENOUGH


def _advise_alone(prompt: str) -> str:
    """Name up to three things to improve in the response."""
    seen = read_sample(prompt.rpartition("\n\n")[0])
    return "\n".join(seen.complaints[:3]) or _ENOUGH


def _respond(prompt: str) -> str:
    """Restate the task, without a response to start from: rules know no answers."""
    request = prompt.partition(INSTRUCTION)[2]
    return write_task(read_task(request.rpartition("\n\n")[0]), "")


def _edit(prompt: str) -> str:
    """Make the suggested changes that rules can make, until the round's effort is used up."""
    task, previous, advice = read_edit(prompt)
    revised, effort = previous, _EFFORT
    for rule in RULES:
        if rule.effort <= effort and re.search(rule.asked, advice, re.IGNORECASE):
            mended = rule.mend(task, revised)
            # Words that look like an editor's lead-in would be removed by the guards.
            if mended != revised and clean(mended, previous).text == mended:
                revised, effort = mended, effort - rule.effort
    return revised


def _judge(prompt: str) -> str:
    """Prefer the response in which the rules find less to improve."""
    head, mark, rest = prompt.partition(_FIRST_START)
    responses, end, question = rest.rpartition(_SECOND_END)
    parts = responses.split(_BETWEEN)
    if not (mark and end and len(parts) > 1):
        raise unknown()
    # A response may contain the delimiter itself. Its revision then does, too, so that the middle
    # delimiter is the prompt's own; if there is no middle one, neither order may win.
    half = len(parts) // 2
    first, second = _BETWEEN.join(parts[:half]), _BETWEEN.join(parts[-half:])
    task = read_task(head.partition(INSTRUCTION)[2].removesuffix("\n\n"))
    one, two = review(task, first), review(task, second if len(parts) % 2 == 0 else first)
    said = [_ruling(one.grade, two.grade, question), _reasons(one, two)]
    return "\n".join(reversed(said) if _LAST in question else said)


def _ruling(one: int, two: int, question: str) -> str:
    if "<assistant 1>" in question:
        return "<assistant 1>" if one > two else "<assistant 2>" if two > one else "<equal>"
    if re.search(r"\bgrade|\bscore|\bnumbers\b", question, re.IGNORECASE):
        return f"{one} {two}"
    raise unknown()


def _reasons(one: Assessment, two: Assessment) -> str:
    said = [" ".join(seen.complaints) or "Nothing to improve is found." for seen in (one, two)]
    return f"{_SIGNED} Assistant 1: {said[0]} Assistant 2: {said[1]}"


def _listed(points: list[str]) -> str:
    if not points:
        return f"{_SIGNED} there is nothing to say."
    return "\n".join([_SIGNED, *(f"- {point}" for point in points)])


def _until(stop: list[str] | None, text: str) -> str:
    for mark in filter(None, stop or ()):
        text = text.partition(mark)[0]
    return text


def _metadata() -> dict[str, Any]:
    return {"model_name": "rehearsal", "finish_reason": "stop"}
