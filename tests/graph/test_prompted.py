"""Prompts in the settings: someone's own words at a node, and nowhere else."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from graph.coevol import graph
from graph.conversation import graph as conversation
from nodes.context import Context
from nodes.prompted import PromptedContext
from prompts.pack import load_pack
from tests.graph.samples import COLOURS
from tests.support.server import serve

TASK = "Three hints for this.\n{preamble}\n{sample}\n{pos_pred}{crt_pred}{pos_free}{crt_free}"


async def sent(settings: dict[str, Any], graph: Any = graph, given: Any = COLOURS) -> list[str]:
    """All prompts of one round: the whole of what each call carries."""
    with serve() as server:
        endpoint = {"model": "vllm:test-model", "base_url": server.base_url, "max_rounds": 1}
        await graph.ainvoke(given, context={**endpoint, **settings})
        return sorted(map(_prompt, server.requests))


def _prompt(request: Any) -> str:
    return "\n\n".join(message["content"] for message in request.body["messages"])


async def test_own_words_are_sent_at_their_node_alone() -> None:
    before, after = await sent({}), await sent({"advisor_task": TASK})
    assert sum("Three hints for this" in each for each in after) == 1
    assert len(set(before) & set(after)) == 4  # the debaters', who speak before


async def test_own_words_are_sent_in_a_conversation() -> None:
    talk = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}
    prompts = await sent({"judge_role": "You are fair."}, conversation, talk)
    assert sum("You are fair." in each for each in prompts) == 2


@pytest.mark.parametrize("left_alone", ["", " \n", load_pack().tasks.advisor])
async def test_what_is_left_alone_is_the_packs(tmp_path: Path, left_alone: str) -> None:
    pack = tmp_path / "own.yaml"
    pack.write_text("name: own\nbase: coevol\nroles: {advisor: You are a terse advisor.}\n")
    chosen = {"prompt_pack": str(pack)}
    plain = await sent(chosen)
    assert await sent({**chosen, "advisor_task": left_alone, "advisor_role": ""}) == plain
    assert any("You are a terse advisor." in each for each in plain)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Give hints. {sample}", "missing placeholder {crt_free}, {crt_pred}"),
        (TASK + "{judge_question}", "unknown placeholder {judge_question}"),
    ],
)
def test_placeholders_are_those_of_the_pack(text: str, problem: str) -> None:
    with pytest.raises(ValidationError) as raised:
        PromptedContext(advisor_task=text)
    said = str(raised.value)
    assert "advisor_task" in said
    assert problem in said


def test_the_form_shows_the_papers_words_at_their_nodes() -> None:
    fields = PromptedContext.model_json_schema()["properties"]
    prompts = {name: field for name, field in fields.items() if "langgraph_type" in field}
    pack = load_pack()
    assert {name: field["default"] for name, field in prompts.items()} == {
        **{f"{name}_role": text for name, text in pack.roles.model_dump().items()},
        **{f"{name}_task": text for name, text in pack.tasks.model_dump().items()},
    }
    assert {field["langgraph_type"] for field in prompts.values()} == {"prompt"}
    shown = {node for field in prompts.values() for node in field["langgraph_nodes"]}
    talking = shown - {"repair"}
    assert shown <= set(graph.nodes)
    assert talking == set(graph.nodes) - {"__start__", "new_round", "guard", "repair", "verdict"}


def test_settings_of_a_program_have_no_prompts() -> None:
    assert Context.model_fields.keys() < PromptedContext.model_fields.keys()
