"""Which model each role calls, and with what settings."""

import asyncio
from typing import Any

import pytest

from graph.coevol import graph
from nodes.models.problems import ModelError
from tests.graph.samples import COLOURS
from tests.support.server import Request, Server, ServerOptions, serve

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROLES = ("positive", "critical", "advisor", "editor", "judge")


async def calls(server: Server, **settings: Any) -> list[Request]:
    """What the server is asked in one round."""
    before = len(server.requests)
    server.change(models=("a", "b"))
    context: Any = {"model": "openai:a", "base_url": server.base_url, "max_rounds": 1, **settings}
    await graph.ainvoke(COLOURS, context=context)
    return server.requests[before:]


def role_of(call: Request) -> str:
    return call.task.removesuffix("_predetermined").removesuffix("_free")


async def test_the_papers_settings(server: Server) -> None:
    asked = await calls(server)
    assert len(asked) == 8
    for call in asked:
        settings = {key: value for key, value in call.body.items() if key != "messages"}
        assert settings == {
            "model": "a",
            "temperature": 0.0,
            "top_p": 1.0,
            "max_completion_tokens": 1000,
            "stream": False,
        }
        assert call.authorization == "Bearer not-a-key"


@pytest.mark.parametrize("role", ROLES)
async def test_one_role_has_a_model_of_its_own(server: Server, role: str) -> None:
    models: dict[str, set[str]] = {each: set() for each in ROLES}
    for call in await calls(server, **{f"{role}_model": "openai:b"}):
        models[role_of(call)].add(call.body["model"])
    assert models == {each: {"b" if each == role else "a"} for each in ROLES}


async def test_one_role_has_settings_of_its_own(server: Server) -> None:
    changed = {"temperature": 0.3, "top_p": 0.9, "max_tokens": 50}
    asked = await calls(server, temperature=0.1, role_settings={"judge": changed})
    settings = {(role_of(call), *_settings_of(call)) for call in asked}
    others = {(role, 0.1, 1.0, 1000) for role in ROLES if role != "judge"}
    assert settings == {("judge", 0.3, 0.9, 50)} | others


async def test_one_role_has_an_endpoint_of_its_own(server: Server) -> None:
    with serve(ServerOptions(models=("a",))) as second:
        here = await calls(server, role_settings={"judge": {"base_url": second.base_url}})
        assert [role_of(call) for call in second.requests] == ["judge", "judge"]
        assert {role_of(call) for call in here} == set(ROLES) - {"judge"}
        await asyncio.sleep(0.05)  # see the fixture `server`
    await asyncio.sleep(0.05)


async def test_a_model_is_called_from_threads_too(server: Server) -> None:
    before = len(server.requests)
    server.change(models=("a", "b"))
    context: Any = {"model": "vllm:a", "base_url": server.base_url, "max_rounds": 1}

    def run() -> dict[str, Any]:
        return graph.invoke(COLOURS, context=context)

    one, other = await asyncio.gather(asyncio.to_thread(run), asyncio.to_thread(run))
    assert one == other == await graph.ainvoke(COLOURS, context=context)
    assert len(server.requests) - before == 24


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (
            "bogus",
            "model 'bogus': unknown; give PROVIDER:NAME, such as openai:NAME.*docs/models.md",
        ),
        ("openai:", "model 'openai:': unknown; give openai:NAME"),
        ("gpt-4o-mini", "model 'gpt-4o-mini': unknown; give PROVIDER:NAME, such as openai:NAME"),
        ("opneai:x", "model 'opneai:x': unknown; did you mean openai:NAME\\?"),
        ("azure_openai:x", "model 'azure_openai:x': unknown; did you mean azure:NAME\\?"),
        ("rehersal", "model 'rehersal': unknown; did you mean rehearsal\\?"),
        ("groq:x", "model 'groq:x': GROQ_API_KEY is not set"),
        ("azure:x", "model 'azure:x': AZURE_OPENAI_ENDPOINT is not set; give the address"),
        ("openai:x", "model 'openai:x': OPENAI_API_KEY is not set; .*vllm:NAME"),
    ],
)
@pytest.mark.parametrize("name", ["model", "judge_model"])
async def test_a_model_that_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, name: str, model: str, told: str
) -> None:
    for variable in ("OPENAI_API_KEY", "GROQ_API_KEY", "AZURE_OPENAI_ENDPOINT"):
        monkeypatch.delenv(variable, raising=False)
    context: Any = {name: model}
    with pytest.raises(ModelError, match=told):
        await graph.ainvoke(COLOURS, context=context)
    with pytest.raises(ModelError, match=told):
        graph.invoke(COLOURS, context=context)


def _settings_of(call: Request) -> tuple[float, float, int]:
    body = call.body
    return body["temperature"], body["top_p"], body["max_completion_tokens"]
