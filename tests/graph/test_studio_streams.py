"""What a client sees of a run on the real `langgraph dev` while it goes on."""

from collections import defaultdict
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from langgraph_sdk.client import LangGraphClient

from graph.coevol import graph
from tests.graph.samples import COLOURS
from tests.graph.served import follow, new_thread, run
from tests.support.server import Server, serve

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOUR = {"positive_predetermined", "critical_predetermined", "positive_free", "critical_free"}
JUDGES = {"judge_original_first", "judge_edited_first"}
SPEAKING = FOUR | {"advisor", "editor"} | JUDGES


@pytest_asyncio.fixture(loop_scope="module", name="fresh")
async def fresh_server() -> AsyncGenerator[Server]:
    """A loopback model that nobody has asked yet."""
    with serve() as running:
        yield running


def settings_of(server: Server, **others: Any) -> Any:
    return {"model": "vllm:test-model", "base_url": server.base_url, "max_rounds": 1, **others}


def answers_in(updates: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer of each node that speaks."""
    merged = {node: update for step in updates for node, update in step.items()}
    answers = {node: merged[node]["speeches"][node] for node in FOUR}
    answers |= {node: merged[node]["judgements"][node] for node in JUDGES}
    return answers | {
        "advisor": merged["advisor"]["suggestions"],
        "editor": merged["editor"]["edit"],
    }


@pytest.mark.parametrize("model", ["vllm:test-model", "rehearsal"])
async def test_each_speech_is_seen_while_it_is_spoken(
    client: LangGraphClient, fresh: Server, model: str
) -> None:
    settings = settings_of(fresh, model=model)
    seen = await follow(client, ["messages-tuple", "updates"], settings)
    pieces: dict[str, list[str]] = defaultdict(list)
    for message, metadata in seen["messages"]:
        if message["content"]:
            pieces[metadata["langgraph_node"]].append(message["content"])
    answers = answers_in(seen["updates"])
    assert {node: "".join(words) for node, words in pieces.items()} == {
        node: answer["text"] for node, answer in answers.items()
    }
    assert all(len(words) > 1 for node, words in pieces.items() if node in FOUR)


async def test_a_streamed_answer_is_as_complete_as_a_whole_one(
    client: LangGraphClient, fresh: Server
) -> None:
    streamed = answers_in(
        (await follow(client, ["messages-tuple", "updates"], settings_of(fresh)))["updates"]
    )
    assert all(call.body["stream"] for call in fresh.requests)
    whole = await run(client, await new_thread(client), COLOURS, context=settings_of(fresh))
    [played] = whole["rounds"]
    assert streamed["editor"] == played["edit"]
    assert {node: streamed[node] for node in JUDGES} == played["judgements"]
    for answer in streamed.values():
        assert answer["input_tokens"] > 0
        assert answer["output_tokens"] > 0
        assert (answer["finish_reason"], answer["model"]) == ("stop", "test-model")
    assert len(fresh.requests) == 16


async def test_progress_tells_what_begins_and_ends(client: LangGraphClient, fresh: Server) -> None:
    told = (await follow(client, ["custom"], settings_of(fresh)))["custom"]
    assert {event["k"] for event in told} == {1}
    begun = [event["node"] for event in told if event["status"] == "begins"]
    ended = [event["node"] for event in told if event["status"] == "ends"]
    assert sorted(begun) == sorted(ended) == sorted(SPEAKING)
    assert set(begun[:2]) == {"positive_predetermined", "critical_predetermined"}
    assert set(begun[2:4]) == {"positive_free", "critical_free"}
    assert begun[4:6] == ["advisor", "editor"]
    roles = {event["node"]: event["role"] for event in told}
    assert [roles[node] for node in ("positive_free", "critical_free", "judge_edited_first")] == [
        "positive",
        "critical",
        "judge",
    ]


async def test_progress_in_process_is_the_same() -> None:
    settings: Any = {"max_rounds": 2}
    served: Any = graph
    told = [each async for each in served.astream(COLOURS, context=settings, stream_mode="custom")]
    assert [event["k"] for event in told] == [1] * 16 + [2] * 16
    assert {*told[0]} == {"k", "node", "role", "status"}
    assert len(list(served.stream(COLOURS, context=settings, stream_mode="custom"))) == len(told)


async def test_a_conversation_shows_its_speeches_too(client: LangGraphClient) -> None:
    messages = [{"role": "user", "content": "Seas?"}, {"role": "assistant", "content": "no"}]
    seen = await follow(
        client,
        ["messages-tuple", "updates", "custom"],
        {"max_rounds": 1},
        "conversation",
        input={"messages": messages},
        stream_subgraphs=True,
    )
    inner = {mode: name for name in seen for mode in ("updates", "custom") if f"{mode}|" in name}
    assert {event["node"] for event in seen[inner["custom"]]} == SPEAKING
    assert {node for update in seen[inner["updates"]] for node in update} >= SPEAKING
    spoken = {
        metadata["langgraph_node"]
        for name in seen
        if name.startswith("messages|")
        for _, metadata in seen[name]
    }
    assert spoken == SPEAKING
