"""What a call's body carries: every entry can be changed, added or left out, for all or one."""

from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from nodes.context import Context
from nodes.models.request import body_of, longest_answer
from nodes.role_settings import RoleSettings
from tests.support.server import serve

PLAIN = {"temperature": 0.0, "top_p": 1.0, "max_completion_tokens": 1000}


def sent(settings: dict[str, Any]) -> dict[str, Any]:
    """What LangChain's own client sends for the judge, beside model and messages."""
    with serve() as server:
        context = Context(model="vllm:test-model", base_url=server.base_url, **settings)
        context.model_of("judge").invoke([HumanMessage("Hello")])
        body = server.requests[-1].body
    return {name: body[name] for name in body if name not in ("model", "messages", "stream")}


@pytest.mark.parametrize(
    ("settings", "body"),
    [
        ({}, PLAIN),
        ({"params": {"seed": 7}}, {**PLAIN, "seed": 7}),
        ({"params": {"temperature": None, "top_p": None}}, {"max_completion_tokens": 1000}),
        ({"params": {"max_tokens": 5}}, {"temperature": 0.0, "top_p": 1.0, "max_tokens": 5}),
        ({"params": {"max_completion_tokens": None}}, {"temperature": 0.0, "top_p": 1.0}),
        ({"params": {"stop": None}}, PLAIN),
        (
            {"params": {"chat_template_kwargs": {"enable_thinking": False}}},
            {**PLAIN, "chat_template_kwargs": {"enable_thinking": False}},
        ),
        (
            {"params": {"seed": 7}, "role_settings": {"judge": RoleSettings(params={"seed": 8})}},
            {**PLAIN, "seed": 8},
        ),
        (
            {"params": {"seed": 7}, "role_settings": {"editor": RoleSettings(params={"seed": 8})}},
            {**PLAIN, "seed": 7},
        ),
    ],
)
def test_every_entry(settings: dict[str, Any], body: dict[str, Any]) -> None:
    context = Context(model="vllm:test-model", **settings)
    assert body_of(context.settings["judge"]) == body
    assert sent(settings) == body


@pytest.mark.parametrize(
    ("model", "base_url", "left"),
    [
        ("openai:gpt-5-mini", None, {"max_completion_tokens": 1000}),
        ("openai:o4-mini", None, {"max_completion_tokens": 1000}),
        ("openai:openai/o3", "https://openrouter.ai/api/v1", {"max_completion_tokens": 1000}),
        ("openai:gpt-5-chat-latest", None, PLAIN),
        ("openai:gpt-5.1", None, PLAIN),
        ("openai:gpt-4o-mini", None, PLAIN),
        (
            "openai:mistral-small-latest",
            "https://api.mistral.ai/v1",
            {"temperature": 0.0, "top_p": 1.0, "max_tokens": 1000},
        ),
    ],
)
def test_known_dialects(model: str, base_url: str | None, left: dict[str, Any]) -> None:
    assert body_of(Context(model=model, base_url=base_url).settings["editor"]) == left


def test_what_a_person_says_goes_before_what_is_known() -> None:
    context = Context(model="openai:gpt-5-mini", params={"temperature": 1})
    assert body_of(context.settings["judge"]) == {"max_completion_tokens": 1000, "temperature": 1}


def test_the_journal_finds_what_it_kept_before_there_were_parameters() -> None:
    settings = Context(model="vllm:x").settings["judge"]
    assert settings.identity("http://a/v1") == (
        '{"model":"vllm:x","base_url":"http://a/v1",'
        '"temperature":0.0,"top_p":1.0,"max_tokens":1000}'
    )
    other = Context(model="vllm:x", params={"seed": 1}).settings["judge"]
    assert other.identity("http://a/v1") != settings.identity("http://a/v1")
    assert len({settings, other, Context(model="vllm:x").settings["editor"]}) == 2


def test_the_longest_answer() -> None:
    cases: list[tuple[dict[str, Any], int]] = [
        ({}, 1000),
        ({"max_tokens": 50}, 50),
        ({"max_completion_tokens": None}, 16_384),
        ({"max_completion_tokens": None, "max_tokens": 70}, 70),
    ]
    for params, longest in cases:
        context = Context(model="vllm:x", params=params)
        assert longest_answer(context.settings["judge"]) == longest
