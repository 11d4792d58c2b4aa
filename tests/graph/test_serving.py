"""A real server whose owner lets only known people in, and only where they may go."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from httpx import HTTPStatusError
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

from tests.graph.samples import COLOURS
from tests.support.dev_server import linked, serving
from tests.support.server import Server

EXAMPLES = Path(__file__).parents[2] / "examples"
SECRET = "not-for-clients-5c1d"


class Served(NamedTuple):
    """A server that runs, and a file beside it that is none of its clients' business."""

    url: str
    secrets: Path

    def client(self, key: str | None) -> SyncLangGraphClient:
        return get_sync_client(url=self.url, api_key=key)

    def run(self, **settings: Any) -> dict[str, Any]:
        """What comes of a run with these settings: the last values, or the error."""
        with self.client("k-alice") as client:
            return cast(
                "dict[str, Any]",
                client.runs.wait(
                    None, "coevol", input=COLOURS, context=settings, raise_error=False
                ),
            )

    def error(self, **settings: Any) -> str:
        return self.run(**settings)["__error__"]["message"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    folder = tmp_path_factory.mktemp("owned")
    (folder / "packs").mkdir()
    (folder / "packs" / "polite.yaml").write_text("name: polite\nbase: coevol\n")
    (folder / "secrets.yaml").write_text(f"password: [{SECRET}\n")
    config = json.loads(linked(folder).read_text(encoding="utf-8"))
    config["auth"] = {"path": "./server_auth.py:auth", "disable_studio_auth": True}
    (folder / "langgraph.json").unlink()
    (folder / "langgraph.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "server_auth.py").symlink_to(EXAMPLES / "server_auth.py")
    variables = {
        "COEVOL_SERVER_KEYS": "alice=k-alice bob=k-bob",
        "COEVOL_PROMPT_PACKS": str(folder / "packs"),
        "COEVOL_SERVED_MAX_ROUNDS": "5",
        "COEVOL_SERVED_MAX_CHARACTERS": "1000",
        "COEVOL_SERVED_MAX_TOKENS": "2000",
        "OPENAI_API_KEY": SECRET,
    }
    with serving(folder, variables=variables) as url:
        yield Served(url, folder / "secrets.yaml")


@pytest.mark.parametrize("key", [None, "k-nobody", "k-alic"])
def test_who_has_no_key_gets_nowhere(served: Served, key: str | None) -> None:
    with served.client(key) as client, pytest.raises(HTTPStatusError, match="no such key"):
        client.runs.wait(None, "coevol", input=COLOURS)


def test_studio_needs_a_key_too(served: Served) -> None:
    studio = {"x-auth-scheme": "langsmith"}
    with (
        get_sync_client(url=served.url, api_key=None, headers=studio) as client,
        pytest.raises(HTTPStatusError, match="no such key"),
    ):
        client.threads.search()


def test_who_has_a_key_runs_the_graph(served: Served) -> None:
    assert served.run()["response"] != COLOURS["response"]


def test_another_persons_thread_is_not_there(served: Served) -> None:
    with served.client("k-alice") as alice, served.client("k-bob") as bob:
        thread = alice.threads.create()["thread_id"]
        alice.runs.wait(thread, "coevol", input=COLOURS)
        assert [each["thread_id"] for each in alice.threads.search()] == [thread]
        assert bob.threads.search() == []
        with pytest.raises(HTTPStatusError, match="not found"):
            bob.threads.get_state(thread)
        with pytest.raises(HTTPStatusError, match="not found"):
            bob.runs.wait(thread, "coevol", input=COLOURS)


def test_another_persons_assistant_is_not_there(served: Served) -> None:
    with served.client("k-alice") as alice, served.client("k-bob") as bob:
        own = alice.assistants.create("coevol", context={"advisor_role": "You are terse."})
        there = {each["assistant_id"] for each in alice.assistants.search()}
        assert {each["assistant_id"] for each in bob.assistants.search()} == (
            there - {own["assistant_id"]}
        )
        with pytest.raises(HTTPStatusError, match="not found"):
            bob.runs.wait(None, own["assistant_id"], input=COLOURS)
        ran = cast("Any", alice.runs.wait(None, own["assistant_id"], input=COLOURS))
    assert ran["rounds"]


def test_the_store_is_nobodys(served: Served) -> None:
    with served.client("k-alice") as alice, pytest.raises(HTTPStatusError, match="Forbidden"):
        alice.store.put_item(("alice",), "key", {"what": "mine"})


def test_a_key_is_not_sent_to_a_clients_address(served: Served, server: Server) -> None:
    """No address but one of this machine: the loopback model stands for one that is allowed."""
    elsewhere = "https://models.example.com/v1"
    for settings in (
        {"model": "openai:test", "base_url": elsewhere},
        {"model": "openai:test", "role_settings": {"judge": {"base_url": elsewhere}}},
        {"model": "openai:test", "base_url": "http://127.0.0.1@models.example.com/v1"},
        {"model": "openai:test", "base_url": "http://localhost.example.com/v1"},
        {"model": "openai:test", "base_url": [server.base_url, elsewhere]},
    ):
        assert "not from this server" in served.error(**settings)
    told = served.error(model="anthropic:test", params={"anthropic_api_url": elsewhere})
    assert "params anthropic_api_url: not for anthropic:test on this server" in told
    assert served.run(model="openai:test-model", base_url=server.base_url)["rounds"]


def test_a_state_of_the_clients_own_leads_not_past_it(served: Served) -> None:
    """A thread that stands before its debaters does not have its settings looked at once more."""
    wrong: Any = {"model": "openai:test", "base_url": "https://models.example.com/v1"}
    with served.client("k-alice") as client:
        thread = client.threads.create()["thread_id"]
        client.runs.wait(thread, "coevol", input=COLOURS, interrupt_before=["advisor"])
        said = cast(
            "Any", client.runs.wait(thread, "coevol", input=None, context=wrong, raise_error=False)
        )
    assert "not from this server" in said["__error__"]["message"]


def test_packs_go_by_name(served: Served) -> None:
    assert served.run(prompt_pack="polite")["rounds"]
    assert served.run(prompt_pack="shared-prefix")["rounds"]
    for name in (str(served.secrets), "../secrets", "../secrets.yaml", "nothing", "/etc/passwd"):
        said = served.error(prompt_pack=name)
        assert "not on this server; give a name" in said
        assert SECRET not in said


def test_files_of_the_server_are_no_models(served: Served) -> None:
    assert "not on this server" in served.error(model=f"gguf:{served.secrets}")


def test_rounds_and_samples_are_bounded(served: Served) -> None:
    assert "this server goes to 5" in served.error(max_rounds=6)
    with served.client("k-alice") as client:
        long: Any = {"instruction": "Name three colours.", "response": "red " * 300}
        said = cast("Any", client.runs.wait(None, "coevol", input=long, raise_error=False))
    assert "this server takes up to 1000" in said["__error__"]["message"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"max_tokens": 2001}, "max_tokens 2001: this server goes to 2000"),
        ({"params": {"max_completion_tokens": 9999}}, "max_completion_tokens 9999: this server"),
        ({"role_settings": {"judge": {"max_tokens": 9999}}}, "max_tokens 9999: this server"),
        ({"params": {"n": 500}}, "params n: not for openai:test on this server"),
        ({"params": {"model": "dearer", "seed": 1}}, "params model: not for openai:test on"),
    ],
)
def test_answers_are_bounded(served: Served, settings: dict[str, Any], problem: str) -> None:
    assert problem in served.error(model="openai:test", **settings)


def test_a_state_of_the_clients_own_has_its_bounds_too(served: Served, server: Server) -> None:
    """What looks at an input does not see what is written into a thread."""
    asked: Any = {"model": "openai:test-model", "base_url": server.base_url}
    before = len(server.requests)
    with served.client("k-alice") as client:
        thread = client.threads.create()["thread_id"]
        client.runs.wait(thread, "coevol", input=COLOURS)
        client.threads.update_state(thread, {"response": "red " * 100_000}, as_node="new_round")
        said = cast(
            "Any", client.runs.wait(thread, "coevol", input=None, context=asked, raise_error=False)
        )
        assert "this server takes up to 201000" in said["__error__"]["message"]
        assert len(server.requests) == before
        own: Any = {"k": -50, "rounds": [], "response": COLOURS["response"]}
        client.threads.update_state(thread, own, as_node="new_round")
        ran = cast("Any", client.runs.wait(thread, "coevol", input=None))
    assert len(ran["rounds"]) == 1
