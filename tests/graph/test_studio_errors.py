"""What a client of the real `langgraph dev` reads of a run that can't be: one clear error."""

import re
from typing import Any

import pytest
from langgraph.pregel.remote import RemoteException, RemoteGraph
from langgraph_sdk.client import LangGraphClient

from tests.graph.samples import COLOURS
from tests.graph.served import follow, new_thread
from tests.support.server import ServerOptions, serve

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOWHERE = "http://127.0.0.1:9/v1"
WRONG = {
    "no key": ({"model": "openai:x"}, "ModelError", "OPENAI_API_KEY is not set"),
    "no such provider": ({"judge_model": "bogus"}, "ModelError", "model 'bogus': unknown"),
    "no such pack": ({"prompt_pack": "nowhere"}, "ValidationError", "nowhere: not on this server"),
    "no such model": (
        {"model": "vllm:nobody"},
        "ModelCallError",
        r"^(positive|critical)_predetermined: model 'vllm:nobody' at .*/v1: HTTP 404: .*nobody",
    ),
    "nobody listens": (
        {"base_url": NOWHERE},
        "ModelCallError",
        f"model 'vllm:test-model' at {NOWHERE}: no answer; is the server running",
    ),
    "the judge's endpoint": (
        {"role_settings": {"judge": {"base_url": NOWHERE}}},
        "ModelCallError",
        f"^judge_.*_first: model 'vllm:test-model' at {NOWHERE}: no answer",
    ),
    "no such setting's value": ({"human_verdict": "perhaps"}, "ValidationError", "human_verdict"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_is_wrong_is_told(client: LangGraphClient, case: str) -> None:
    wrong, name, told = WRONG[case]
    with serve() as model:
        settings = {"model": "vllm:test-model", "base_url": model.base_url, **wrong}
        await fails(client, settings, name, told)
        paid = [call.task for call in model.requests if call.status == 200]
    assert len(paid) == (6 if case == "the judge's endpoint" else 0)


async def test_a_refused_key_is_told_and_not_shown(client: LangGraphClient) -> None:
    with serve(ServerOptions(api_key="another-key")) as locked:
        settings = {"model": "vllm:test-model", "base_url": locked.base_url}
        await fails(client, settings, "ModelCallError", "HTTP 401: ")
        userinfo = locked.base_url.replace("://", "://somebody:hidden-word@")
        thread = await fails(
            client, {**settings, "base_url": userinfo}, "ValidationError", "not from"
        )
    kept: Any = await client.threads.get(thread)
    assert "hidden-word" not in str(kept["error"])


async def test_a_page_instead_of_an_answer(client: LangGraphClient) -> None:
    with serve(ServerOptions().changed(faults={"html": 1.0}, faults_persist=True)) as model:
        settings = {"model": "vllm:test-model", "base_url": model.base_url}
        await fails(client, settings, "ModelCallError", "Unexpected response type")


async def test_from_python(client: LangGraphClient) -> None:
    settings: Any = {"model": "openai:x"}
    with pytest.raises(RemoteException, match="OPENAI_API_KEY is not set"):
        await RemoteGraph("coevol", client=client).ainvoke(COLOURS, context=settings)


async def fails(client: LangGraphClient, settings: Any, name: str, told: str) -> str:
    """The stream ends with the error, and the thread keeps it. Gives the thread."""
    thread = await new_thread(client)
    [streamed] = (await follow(client, ["values"], settings, thread=thread))["error"]
    kept: Any = await client.threads.get(thread)
    for error in (streamed, kept["error"]):
        assert error["error"] == name
        assert re.search(told, error["message"]), error["message"]
    return thread
