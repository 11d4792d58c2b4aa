"""The graph by itself, over ChatOpenAI: thinking stands beside what is said, streamed or not."""

from typing import Any

import pytest

from graph.coevol import graph
from nodes.models.errors import ModelCallError
from tests.graph.samples import COLOURS
from tests.support.server import Faults, Server
from tests.support.thoughts import THOUGHT, Form

pytestmark = pytest.mark.asyncio(loop_scope="module")


def context_of(server: Server) -> Any:
    return {"model": "vllm:test-model", "base_url": server.base_url, "max_rounds": 1}


@pytest.mark.parametrize("form", ["reasoning_content", "reasoning", "think", "channel", "parts"])
async def test_thinking_is_beside_the_answer(server: Server, form: Form) -> None:
    server.change(thinking=None)
    plain = await graph.ainvoke(COLOURS, context=context_of(server))
    server.change(thinking=form)
    thought = await graph.ainvoke(COLOURS, context=context_of(server))
    assert thought["response"] == plain["response"]
    for one, two in zip(_answers(plain), _answers(thought), strict=True):
        assert two["text"].lstrip("\n") == one["text"].lstrip("\n")  # a tag has some after it
        assert two["thinking"] == THOUGHT
        assert two["reasoning_tokens"] == len(THOUGHT.split())
        assert "thinking" not in one


@pytest.mark.parametrize("form", ["reasoning_content", "reasoning", "think", "channel"])
async def test_a_streamed_answer_is_taken_apart_alike(server: Server, form: Form) -> None:
    server.change(thinking=form)
    whole = await graph.ainvoke(COLOURS, context=context_of(server))
    before = len(server.requests)
    last: Any = None
    modes: Any = ["messages", "values"]
    async for mode, seen in graph.astream(COLOURS, context=context_of(server), stream_mode=modes):
        last = seen if mode == "values" else last
    assert all(call.body["stream"] for call in server.requests[before:])
    assert _answers(last) == _answers(whole)


async def test_a_broken_answer_is_an_error(server: Server) -> None:
    server.change(thinking=None, faults=Faults(length=1, attempts=99), cut_reason="error")
    with pytest.raises(ModelCallError, match="gave the answer up: finish_reason 'error'"):
        await graph.ainvoke(COLOURS, context=context_of(server))
    server.change(faults=Faults())


def _answers(output: Any) -> list[dict[str, Any]]:
    [played] = output["rounds"]
    spoken = sorted([*played["speeches"].items(), *played["judgements"].items()])
    return [*(answer for _, answer in spoken), played["suggestions"], played["edit"]]
