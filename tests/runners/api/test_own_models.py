"""Chat models given as objects: LangChain's own classes, and one that nobody knows."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from nodes.models.own import own_name
from runners import evolve
from runners.errors import UsageError
from tests.runners.commands import KEY, assert_one_line, coevol, contents
from tests.runners.datasets import alpacas, plain
from tests.support.scripted import Scripted
from tests.support.server import Server, serve

ROWS = alpacas(6)


def chat_openai(server: Server, **settings: Any) -> ChatOpenAI:
    key = SecretStr(KEY)
    return ChatOpenAI(
        model="test-model", base_url=server.base_url, api_key=key, max_retries=0, **settings
    )


def test_rows_come_out_as_by_the_models_string(tmp_path: Path, server: Server) -> None:
    url = server.base_url
    by_string = list(evolve(ROWS, tmp_path / "string", model="vllm:test-model", base_url=url))
    model = chat_openai(server, temperature=0.5)
    for name in ("one", "two"):  # its connections outlive no event loop
        assert list(evolve(ROWS, tmp_path / name, model=model)) == by_string
    assert {each.body["temperature"] for each in server.requests[-8:]} == {0.5}


def test_a_role_may_have_one(tmp_path: Path, server: Server) -> None:
    with serve() as second:
        model = ChatAnthropic(
            model_name="test-model", base_url=f"http://127.0.0.1:{second.port}",
            api_key=SecretStr(KEY), timeout=30, stop=None, max_retries=0,
        )  # fmt: skip
        evolve(
            plain(3),
            tmp_path / "run",
            model="vllm:test-model",
            base_url=server.base_url,
            judge_model=model,
        )
        assert {each.task for each in second.requests} == {"judge"}
        assert "judge" not in {each.task for each in server.requests}


def test_a_resumed_run_finds_its_answers(tmp_path: Path, server: Server) -> None:
    evolve(plain(3), tmp_path / "run", model=chat_openai(server), cache=tmp_path / "c.db")
    paid = server.answered
    again = evolve(plain(3), tmp_path / "other", model=chat_openai(server), cache=tmp_path / "c.db")
    assert (server.answered, again.counts.finished) == (paid, 3)
    named = chat_openai(server, name="mine")
    evolve(plain(3), tmp_path / "third", model=named, cache=tmp_path / "c.db")
    assert server.answered == 2 * paid
    assert "model: own:mine\n" in (tmp_path / "third" / "run.yaml").read_text()
    assert not [path for path, content in contents(tmp_path) if KEY.encode() in content]


def test_the_command_line_says_where_it_goes_on(tmp_path: Path, server: Server) -> None:
    evolve(plain(1), tmp_path / "run", model=chat_openai(server))
    result = coevol("resume", tmp_path / "run")
    assert result.code == 2
    assert_one_line(result.err, "made from Python with the model own:ChatOpenAI-", "model=...")
    assert coevol("status", tmp_path / "run").code == 0
    result = coevol("evolve", tmp_path / "x.json", "--out", tmp_path / "y", "--model", "own:mine")
    assert result.code == 2
    assert_one_line(result.err, "own:mine", "an object in Python")


def test_what_tells_models_apart() -> None:
    def named(**settings: Any) -> str:
        return own_name(
            ChatOpenAI(model="m", api_key=SecretStr(settings.pop("key", KEY)), **settings)
        )

    assert named() == named(key="another")
    assert len({named(), named(temperature=0.5), named(seed=1), named(name="mine")}) == 4
    assert named().startswith("own:ChatOpenAI-")


class Locked(FakeListChatModel):
    """One that can't be sent anywhere."""

    lock: Any = None


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"model": 7}, "model = 7: must be PROVIDER:NAME, or a chat model"),
    ({"model": Scripted()}, "Scripted: has no parameters that tell it from others; give it a name"),
    (
        {"model": Scripted(), "judge_model": "rehearsal"},
        "model: Scripted: has no parameters that tell it from others",
    ),
    (
        {"model": FakeListChatModel(responses=["a"], name="mine"),
         "judge_model": FakeListChatModel(responses=["b"], name="mine")},
        "judge_model: another model is called own:mine",
    ),
    (
        {"judge_model": FakeListChatModel(responses=["a"], name="mine"),
         "role_settings": {"judge": {"temperature": 0.5}}},
        "role_settings.judge: its model is an object",
    ),
    (
        {"model": FakeListChatModel(responses=["a"], name="mine"), "temperature": 0.5},
        "temperature: the models are objects",
    ),
    (
        {"model": Locked(responses=["a"], name="mine", lock=threading.Lock()), "engine": "ray"},
        "model: can't be sent to actors",
    ),
    (
        {"model": ChatOpenAI(model="m", api_key=SecretStr(KEY), name="mine"), "engine": "ray"},
        "model: can't be sent to actors (cannot pickle",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("options", "told"), WRONG)
def test_an_object_that_cant_be_used(tmp_path: Path, options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as error:
        evolve(plain(1), tmp_path / "run", **options)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()


def test_an_object_of_a_class_that_nobody_knows(tmp_path: Path) -> None:
    model: BaseChatModel = FakeListChatModel(responses=["<assistant 1>"])
    counts = evolve(plain(2), tmp_path / "run", model=model, rounds=1).counts
    assert counts.finished == 2
    assert json.loads((tmp_path / "run/summary.json").read_bytes())["calls"]["answered"] > 0
