"""The graph on the real `langgraph dev`, seen by a client as Studio is one."""

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest
from langgraph_sdk.client import LangGraphClient

from graph.ablations import build
from graph.coevol import graph
from graph.frameworks import OnePass
from tests.graph.samples import ANIMALS, COLOURS
from tests.graph.served import PATIENCE, assistant, new_thread, run
from tests.support.server import Server
from tests.support.snapshots import as_json, kept

pytestmark = pytest.mark.asyncio(loop_scope="module")

SNAPSHOTS = Path(__file__).parent / "snapshots"
LANGGRAPH_JSON = Path(__file__).parents[2] / "langgraph.json"


async def test_the_graph_is_listed(client: LangGraphClient) -> None:
    listed = json.loads(LANGGRAPH_JSON.read_text(encoding="utf-8"))["graphs"]["coevol"]
    found = await assistant(client)
    assert (found["graph_id"], found["name"]) == ("coevol", "coevol")
    assert found["description"] == listed["description"]


async def test_its_picture(client: LangGraphClient) -> None:
    drawing = await client.assistants.get_graph((await assistant(client))["assistant_id"])
    edges = {(edge["source"], edge["target"]): edge for edge in drawing["edges"]}
    opened = ("positive_predetermined", "critical_predetermined")
    replied = ("positive_free", "critical_free")
    judged = ("judge_original_first", "judge_edited_first")
    assert set(edges) == {
        ("__start__", "new_round"),
        *(("new_round", one) for one in opened),
        *((one, other) for one in opened for other in replied),
        *((one, "advisor") for one in replied),
        ("advisor", "editor"),
        ("editor", "guard"),
        *(("guard", one) for one in (*judged, "repair")),
        ("repair", "guard"),
        *((one, "verdict") for one in judged),
        ("verdict", "new_round"),
        ("verdict", "__end__"),
    }
    labels = {ends: edge["data"] for ends, edge in edges.items() if edge.get("data")}
    assert labels == {
        ("guard", "repair"): "refused",
        ("verdict", "new_round"): "improved",
        ("verdict", "__end__"): "stop",
    }


@pytest.mark.parametrize("part", ["input", "context"])
async def test_its_forms(client: LangGraphClient, part: str) -> None:
    schemas = await client.assistants.get_schemas((await assistant(client))["assistant_id"])
    form: Any = dict(schemas)[f"{part}_schema"]
    assert as_json(form) == kept(SNAPSHOTS / f"{part}_form.json", as_json(form))


async def test_a_run_needs_no_settings(client: LangGraphClient) -> None:
    result = await run(client, await new_thread(client), COLOURS)
    assert result == await graph.ainvoke(COLOURS)
    assert result["response"] != COLOURS["response"]
    assert [played["outcome"] for played in result["rounds"]] == ["improved", "not_improved"]
    assert result["stop_reason"] == "not_improved"


async def test_a_stream_shows_every_node(client: LangGraphClient) -> None:
    thread, steps = await new_thread(client), list[dict[str, Any]]()
    settings: Any = {"max_rounds": 1}
    async with asyncio.timeout(PATIENCE):
        async for part in client.runs.stream(
            thread, "coevol", input=COLOURS, context=settings, stream_mode="updates"
        ):
            steps += [part.data] if part.event == "updates" else []
    updates: dict[str, Any] = {node: update for step in steps for node, update in step.items()}
    assert set(updates) == set(graph.nodes) - {"__start__", "repair"}
    for speech in ("positive", "critical"):
        for turn in (f"{speech}_predetermined", f"{speech}_free"):
            assert updates[turn]["speeches"][turn]["text"]
    assert updates["advisor"]["suggestions"]["text"]
    assert updates["editor"]["edit"]["response"] == updates["verdict"]["response"]
    assert updates["judge_edited_first"]["judgements"]["judge_edited_first"]["verdict"] == "edited"
    assert updates["verdict"]["stop_reason"] == "max_rounds"


async def test_a_second_run_on_a_thread_starts_afresh(client: LangGraphClient) -> None:
    thread = await new_thread(client)
    for sample in (COLOURS, ANIMALS, COLOURS):
        assert await run(client, thread, sample) == await graph.ainvoke(sample)


async def test_settings_come_from_the_client(client: LangGraphClient) -> None:
    result = await run(client, await new_thread(client), COLOURS, context={"max_rounds": 1})
    assert (len(result["rounds"]), result["stop_reason"]) == (1, "max_rounds")


async def test_a_real_client_does_not_block_the_server(
    client: LangGraphClient, server: Server
) -> None:
    settings = {"model": "vllm:test-model", "base_url": server.base_url, "max_rounds": 1}
    threads = [await new_thread(client) for _ in range(4)]
    runs = (run(client, thread, COLOURS, context=settings) for thread in threads)
    results = await asyncio.gather(*runs)
    assert {result["edit"]["model"] for result in results} == {"test-model"}
    assert len(server.requests) == 8 * len(threads)


async def test_what_is_wrong_is_told(client: LangGraphClient) -> None:
    async def fail(sample: Any, settings: dict[str, Any], told: str) -> None:
        thread = await new_thread(client)
        with pytest.raises(Exception, match=told):
            await run(client, thread, sample, context=settings)
        assert await run(client, thread, COLOURS) == await graph.ainvoke(COLOURS)

    await asyncio.gather(
        fail(COLOURS, {"max_rounds": 0}, "max_rounds\n.*greater than or equal to 1"),
        fail(
            COLOURS,
            {"judge_mode": "guess"},
            "judge_mode\n.*'choice', 'score', 'probability' or 'reasoned'",
        ),
        fail(COLOURS, {"model": "bogus"}, "model 'bogus': unknown"),
        fail(COLOURS, {"model": "openai:x"}, "OPENAI_API_KEY is not set"),
        fail({"response": "It has no instruction."}, {}, "instruction\n.*required"),
        fail({"instruction": 5}, {}, "instruction\n.*valid string"),
    )


async def test_the_picture_of_a_conversation_shows_the_inner_graph_with_xray(
    client: LangGraphClient,
) -> None:
    [served] = await client.assistants.search(graph_id="conversation")
    plain = await client.assistants.get_graph(served["assistant_id"])
    deep = await client.assistants.get_graph(served["assistant_id"], xray=True)
    outer = {"__start__", "new_conversation", "next_turn", "end_turn", "__end__"}
    inner = {f"coevol:{node}" for node in graph.nodes if node != "__start__"}
    assert {node["id"] for node in plain["nodes"]} == outer | {"coevol"}
    assert outer | inner <= {node["id"] for node in deep["nodes"]}
    ends = {(edge["source"], edge["target"]) for edge in deep["edges"]}
    assert ("coevol:verdict", "coevol:new_round") in ends


@pytest.mark.parametrize("name", ["edit", "advise-blind", "advise", "debate"])
async def test_the_ablations_are_served(client: LangGraphClient, name: OnePass) -> None:
    async with asyncio.timeout(PATIENCE):
        thread = await new_thread(client)
        result = cast("Any", await client.runs.wait(thread, name, input=COLOURS))
    assert result == await build(name).ainvoke(COLOURS)
