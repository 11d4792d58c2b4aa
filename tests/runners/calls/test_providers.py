"""Each provider of the table is called at its address, with the key of its variable."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from nodes.models.dialects import known_dialect
from nodes.models.names import address_of, endpoint_of
from nodes.models.openai_compatible import make_chat_openai
from nodes.models.providers import ENDPOINTS
from nodes.models.settings import ModelSettings
from runners.calls.http_chat import HttpChatModel
from runners.calls.http_session import open_session
from runners.calls.preflight import check_endpoints
from runners.calls.prices import price_of
from runners.run.ray.environment import deciding_variables

ANSWER = {
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."},
                 "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    "id": "1", "object": "chat.completion", "created": 1,
}  # fmt: skip
Asked = list[tuple[str, str | None, str | None]]
"""Path with query, the header of OpenAI's key, and that of Azure's."""


@asynccontextmanager
async def anywhere(asked: Asked) -> AsyncGenerator[str]:
    """An endpoint that answers at all paths, and knows no model but `listed`; yields its URL."""

    async def answer(request: web.Request) -> web.Response:
        headers = request.headers
        asked.append((request.path_qs, headers.get("Authorization"), headers.get("api-key")))
        return web.json_response(
            {"data": [{"id": "listed"}]} if request.method == "GET" else ANSWER
        )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await asyncio.sleep(0)
        await runner.cleanup()


async def ask(settings: ModelSettings, client: str) -> str:
    """What one of the two clients is answered."""
    endpoint = endpoint_of(settings)
    assert endpoint is not None
    model: BaseChatModel
    if client == "openai":
        made = make_chat_openai(settings, endpoint, retries=0)
        model, close = made, made.root_async_client.close
    else:
        session = open_session(1, endpoint.base_url)
        model, close = HttpChatModel(settings, endpoint, session), session.close
    try:
        return str((await model.ainvoke([HumanMessage("Is it?")])).content)
    finally:
        await close()


@pytest.mark.parametrize("client", ["aiohttp", "openai"])
@pytest.mark.parametrize("provider", sorted(set(ENDPOINTS) - {"azure"}))
async def test_each_is_called_with_its_own_key(
    monkeypatch: pytest.MonkeyPatch, provider: str, client: str
) -> None:
    monkeypatch.setenv(ENDPOINTS[provider].key_variable, f"key-of-{provider}")
    asked: Asked = []
    async with anywhere(asked) as url:
        variable = ENDPOINTS[provider].url_variable
        given = None if variable else f"{url}/v1"
        if variable:
            monkeypatch.setenv(variable, f"{url}/v1")
        assert await ask(ModelSettings(model=f"{provider}:m", base_url=given), client) == "Yes."
    assert asked == [("/v1/chat/completions", f"Bearer key-of-{provider}", None)]


AZURES: dict[str, tuple[str, str | None, str]] = {
    "without a version": ("", None, "/openai/v1/chat/completions"),
    "its own address of v1": ("/openai/v1/", "2024-10-21", "/openai/v1/chat/completions"),
    "with a version": (
        "/", "2024-10-21", "/openai/deployments/m/chat/completions?api-version=2024-10-21"
    ),
}  # fmt: skip


@pytest.mark.parametrize("client", ["aiohttp", "openai"])
@pytest.mark.parametrize("case", AZURES)
async def test_azure_has_a_header_and_paths_of_its_own(
    monkeypatch: pytest.MonkeyPatch, case: str, client: str
) -> None:
    ending, version, path = AZURES[case]
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "secret")
    monkeypatch.delenv("OPENAI_API_VERSION", raising=False)
    if version:
        monkeypatch.setenv("OPENAI_API_VERSION", version)
    asked: Asked = []
    async with anywhere(asked) as url:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", f"{url}{ending}")
        assert await ask(ModelSettings(model="azure:m"), client) == "Yes."
    assert asked == [(path, None, "secret")]


async def test_azure_is_greeted_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """It lists the models of its region, not a customer's deployments."""
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "secret")
    monkeypatch.delenv("OPENAI_API_VERSION", raising=False)
    asked: Asked = []
    async with anywhere(asked) as url:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", url)
        await check_endpoints([ModelSettings(model="azure:m")])
    paths = ["/openai/v1/models", "/openai/v1/chat/completions"]
    assert [(path, key) for path, _, key in asked] == [(path, "secret") for path in paths]


@pytest.mark.parametrize("provider", ["mistral", "deepseek", "together"])
def test_some_know_the_limit_by_its_older_name(provider: str) -> None:
    assert known_dialect(f"{provider}:m", None) == {"max_completion_tokens": "max_tokens"}


@pytest.mark.parametrize(
    "model", ["groq:llama-3.1-8b-instant", "gemini:gemini-2.5-flash", "deepseek:deepseek-chat"]
)
def test_prices_are_found_by_address(model: str) -> None:
    assert price_of(ModelSettings(model=model)) is not None


def test_each_has_an_address_but_azure() -> None:
    addresses: dict[str, Any] = {each: address_of(f"{each}:m", None) for each in ENDPOINTS}
    assert [each for each, address in addresses.items() if address is None] == ["azure"]
    secure = {each for each, address in addresses.items() if (address or "").startswith("https:")}
    assert {each for each in secure if ENDPOINTS[each].default_key is None} == secure


def test_actors_have_the_keys_of_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = [name for each in ENDPOINTS.values() for name in each.variables]
    for name in (*variables, "OPENAI_API_VERSION"):
        monkeypatch.setenv(name, "x")
    assert {*variables, "OPENAI_API_VERSION"} <= set(deciding_variables())
