"""The forms that Studio makes: every field of every graph says what it is."""

from typing import Any

import pytest
from langgraph_sdk.client import LangGraphClient

from nodes.prompted import PromptedContext
from tests.graph.served import assistant

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def schemas_of(client: LangGraphClient, graph: str) -> Any:
    return await client.assistants.get_schemas((await assistant(client, graph))["assistant_id"])


@pytest.mark.parametrize("graph", ["coevol", "conversation"])
async def test_every_field_is_described(client: LangGraphClient, graph: str) -> None:
    schemas = await schemas_of(client, graph)
    fields: dict[str, Any] = schemas["context_schema"]["properties"]
    assert [name for name, field in fields.items() if "default" not in field] == []
    fields |= schemas["input_schema"]["properties"]
    assert [name for name, field in fields.items() if not field.get("description")] == []


async def test_an_example_fills_the_form(client: LangGraphClient) -> None:
    fields: dict[str, Any] = (await schemas_of(client, "coevol"))["input_schema"]["properties"]
    examples = {name: field["examples"][0] for name, field in fields.items() if "examples" in field}
    assert set(examples) == {"instruction", "input", "response"}
    assert all(examples.values())


async def test_the_settings_of_a_conversation(client: LangGraphClient) -> None:
    fields: dict[str, Any] = (await schemas_of(client, "conversation"))["context_schema"][
        "properties"
    ]
    own = {name: fields[name] for name in fields if name not in PromptedContext.model_fields}
    assert set(own) == {
        "window",
        "max_turns",
        "max_conversation_tokens",
        "max_response_tokens",
    }
    assert (own["window"]["default"], own["window"]["minimum"]) == (3, 1)
    assert all(own[name]["anyOf"][0]["minimum"] == 1 for name in own if name != "window")
