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
TOKEN = "abc"
"""What is counted as one token."""
ANSWER = 1000


def sample(request: int, response: int) -> Sample:
    return Sample(id="", instruction=TOKEN * request, input="", response=TOKEN * response)


def talk(turns: int, each: int) -> Conversation:
    messages = [{"role": "user", "content": TOKEN * each}] * (2 * turns)
    messages[1::2] = [{"role": "assistant", "content": TOKEN * each}] * turns
    return Conversation(id="talk", messages=messages)


def tokens_of(messages: list[BaseMessage]) -> int:
    return len("".join(each.text for each in messages)) // len(TOKEN)


async def needed(task: Task, context: ConversationContext) -> dict[Speaker, int]:
    """The tokens of each role's longest call, if every answer is as long as it may be.

    The longer response wins, so that short ones grow.
    """
    longest = dict.fromkeys(ROLES, 0)

    def answer(role: Speaker, messages: list[BaseMessage]) -> str:
        longest[role] = max(longest[role], tokens_of(messages) + ANSWER)
        shown = messages[-1].text.split("[The Start of Assistant ")
        verdict = f"<assistant {1 if len(shown[1:2]) and len(shown[1]) > len(shown[2]) else 2}>"
        return verdict if role == "judge" else TOKEN * ANSWER

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


def test_bytes_are_counted_and_not_characters() -> None:
    assert lengths("abc" * 50, "de") == Lengths(50, 0)
    assert lengths("三" * 50, "三", "三二一") == Lengths(50, 4)
    assert lengths("\ud800" * 2, "") == Lengths(2, 0)


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
