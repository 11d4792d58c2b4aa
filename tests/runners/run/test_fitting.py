"""How much room a call needs in a model in the process follows from the rows and the prompts."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from graph import conversation
from graph.coevol import graph
from nodes.conversation import Conversation, ConversationContext
from nodes.models.gguf_context import fitting_context
from nodes.models.gguf_header import Sizes, sizes_in
from nodes.state import Sample
from prompts.roles import Speaker
from runners.calls.call_options import CallOptions
from runners.data.formats import Task
from runners.run.fitting import Lengths, call_tokens, fitted, lengths, lengths_of
from tests.support.scripted import Scripted
from tests.support.weights import weights

ROLES: tuple[Speaker, ...] = ("positive", "critical", "advisor", "editor", "judge")
TWO = "abcde"
"""What is counted as two tokens."""
ANSWER = 1000
GERMAN = (
    "Der Teig ruht vor dem Backen, damit die Hefe Zucker in Gas verwandeln kann und der Teig "
    "aufgeht. "
)
RUSSIAN = "Тесто перед выпечкой оставляют подойти, чтобы дрожжи превратили сахар в газ. "  # noqa: RUF001
CHINESE = "面包面团在烘焙之前需要静置一段时间，这样酵母可以把糖转化为气体，使面团膨胀。"  # noqa: RUF001
DIGITS = "3141592653589793238462643383279502884197 "


def text(tokens: int) -> str:
    return TWO * (tokens // 2)


def sample(request: int, response: int) -> Sample:
    return Sample(id="", instruction=text(request), input="", response=text(response))


def talk(turns: int, each: int) -> Conversation:
    messages = [{"role": "user", "content": text(each)}] * (2 * turns)
    messages[1::2] = [{"role": "assistant", "content": text(each)}] * turns
    return Conversation(id="talk", messages=messages)


def tokens_of(messages: list[BaseMessage]) -> int:
    return 2 * len("".join(each.text for each in messages)) // len(TWO)


async def needed(task: Task, context: ConversationContext) -> dict[Speaker, int]:
    """The tokens of each role's longest call, if every answer is as long as it may be.

    The longer response wins, so that short ones grow.
    """
    longest = dict.fromkeys(ROLES, 0)

    def answer(role: Speaker, messages: list[BaseMessage]) -> str:
        longest[role] = max(longest[role], tokens_of(messages) + ANSWER)
        shown = messages[-1].text.split("[The Start of Assistant ")
        verdict = f"<assistant {1 if len(shown[1:2]) and len(shown[1]) > len(shown[2]) else 2}>"
        return verdict if role == "judge" else text(ANSWER)

    models: dict[Speaker, BaseChatModel] = {r: Scripted(partial(answer, r)) for r in ROLES}
    asking = context.with_models(models.__getitem__)
    if isinstance(task, Conversation):
        await conversation.build(graph).ainvoke(task, context=asking)
    else:
        await graph.ainvoke(task, context=asking)
    return longest


TASKS: dict[str, Task] = {
    "short": sample(20, 20),
    "long request": sample(9000, 20),
    "long response": sample(20, 9000),
    "conversation": talk(4, 2000),
    "conversation that grows": talk(4, 20),
}


@pytest.mark.parametrize("case", TASKS)
async def test_the_longest_call_of_each_role_has_room_and_not_much_more(case: str) -> None:
    task, context = TASKS[case], ConversationContext(guards="none", max_tokens=ANSWER)
    for role, tokens in (await needed(task, context)).items():
        found = call_tokens(context, ROLES, [role], lengths_of(task, context))
        spare = ANSWER if role == "editor" else 0  # for its edit, if it is to repair it
        assert tokens <= found, role
        assert found <= 1.35 * tokens + spare + 400, role


def test_digits_and_other_scripts_have_more_tokens() -> None:
    assert lengths("abcde" * 50, "1234567890") == Lengths(100, 10)
    assert lengths("三" * 100, "三", "三二一") == Lengths(201, 2 + 6)
    assert lengths("\ud800" * 2, "") == Lengths(4, 0)


def test_hardly_fewer_tokens_than_a_small_vocabulary_makes_of_a_text() -> None:
    """What SmolLM2 made of them, less the marks of a chat."""
    texts = {GERMAN * 4: 141, RUSSIAN * 3: 181, CHINESE * 3: 207, DIGITS * 6: 246}
    for said, tokens in texts.items():
        assert 0.95 * tokens <= lengths(said, "").request <= 1.7 * tokens, said


def rows_never_read() -> Iterable[Lengths]:
    raise AssertionError("nobody should look at the rows")
    yield


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "rehearsal"},
        {"model": "gguf:x.gguf", "params": {"n_ctx": 2048}},
        {"model": "rehearsal", "judge_model": "gguf:x.gguf", "params": {"n_ctx": 2048}},
    ],
)
def test_rows_are_looked_at_only_where_it_matters(settings: dict[str, Any]) -> None:
    context = ConversationContext(**settings)
    options = CallOptions()
    assert fitted(options, context, ROLES, rows_never_read(), pytest.fail) == options


def told(rows: Iterable[Lengths], **settings: Any) -> tuple[CallOptions, list[str]]:
    said: list[str] = []
    context = ConversationContext(model=f"gguf:{weights()}", **settings)
    return fitted(CallOptions(), context, ROLES, rows, said.append), said


def test_rows_that_fit_anyway_change_nothing_and_are_not_spoken_of() -> None:
    options, said = told([Lengths(100, 100)])
    assert options.call_tokens > 0
    assert said == []


def test_more_room_than_usual_is_told() -> None:
    options, [line] = told([Lengths(2000, 200), Lengths(100, 200)], max_tokens=100)
    assert f"(the longest row may need {options.call_tokens:,})" in line
    assert f": a call has room for {-(-options.call_tokens // 1024) * 1024:,} tokens (" in line


def test_no_more_room_than_the_model_was_trained_with() -> None:
    """SmolLM2: 8,192 tokens."""
    _, [line] = told([Lengths(50_000, 200)], max_tokens=100)
    assert "room for 8,192 tokens, all that its training or the memory allows (" in line


@pytest.mark.parametrize(
    ("needed", "sizes", "memory", "context"),
    [
        (4000, Sizes(8192, 1000), None, 5000),
        (5001, Sizes(8192, 1000), None, 5120),
        (5120, Sizes(8192, 1000), None, 5120),
        (9000, Sizes(8192, 1000), None, 8192),
        (9000, Sizes(2048, 1000), None, 5000),
        (9000, Sizes(None, None), 1, 9216),
        (9000, Sizes(None, 1000), 24_000_000, 6000),
        (9000, Sizes(None, 1000), 24_000, 5000),
    ],
)
def test_a_context_and_its_bounds(
    needed: int, sizes: Sizes, memory: int | None, context: int
) -> None:
    """Of two calls at once, usually with 5,000 tokens, in half of the memory."""
    assert fitting_context(5000, needed, sizes, 2, memory) == context


def test_a_files_header_says_what_bounds_it() -> None:
    """Keys and values of 30 layers with 3 heads of 64 numbers, of 2 bytes each."""
    assert sizes_in(weights()) == Sizes(8192, 30 * 3 * (64 + 64) * 2)
