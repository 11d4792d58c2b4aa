"""What holds of every agent alone: whose model it asks, what it is told, what it writes down."""

from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel

from nodes.advisor import advisor, advisor_alone, advisor_blind
from nodes.context import Context
from nodes.debater import (
    critical_free,
    critical_predetermined,
    positive_free,
    positive_predetermined,
)
from nodes.editor import editor, editor_alone
from nodes.judge import judge_edited_first, judge_original_first
from nodes.models.errors import ModelCallError
from nodes.node import Agent
from prompts.roles import Role
from tests.nodes.alone import RESPONSE, alone, answer, graph_of, state, words
from tests.support import paper_prompts as paper
from tests.support.scripted import refusal, said

AGENTS: list[tuple[Agent, Role, str, dict[str, str | None]]] = [
    (positive_predetermined, "positive", "speeches", {"speeches": None}),
    (critical_predetermined, "critical", "speeches", {"speeches": None}),
    (positive_free, "positive", "speeches", {}),
    (critical_free, "critical", "speeches", {}),
    (advisor, "advisor", "suggestions", {"suggestions": None}),
    (advisor_alone, "advisor", "suggestions", {"suggestions": None}),
    (advisor_blind, "advisor", "suggestions", {"suggestions": None}),
    (editor, "editor", "edit", {"edit": None}),
    (editor_alone, "editor", "edit", {"edit": None}),
    (judge_original_first, "judge", "judgements", {}),
    (judge_edited_first, "judge", "judgements", {}),
]
"""The agent, its role, the channel that it writes, and what is not there before."""

every_agent = pytest.mark.parametrize(
    ("agent", "role", "channel", "missing"), AGENTS, ids=lambda each: getattr(each, "name", "")
)


@every_agent
async def test_one_call_to_its_roles_model(
    agent: Agent, role: Role, channel: str, missing: Any
) -> None:
    heard = await alone(agent, state(**missing), "What is said.")
    assert (heard.roles, heard.stops) == ([role], [None])
    assert heard.sent[0][0] == ("system", paper.ROLES[role])
    assert set(heard.update) == {channel}


@every_agent
async def test_the_answer_is_written_down_whole(
    agent: Agent, role: Role, channel: str, missing: Any
) -> None:
    text = " What\n is  said. \n"
    heard = await alone(agent, state(**missing), said(text, "length"))
    written = heard.update[channel]
    written = written.get(agent.name, written)
    assert {name: written[name] for name in answer("")} == answer(text, "length")


@every_agent
async def test_nothing_of_an_earlier_round_is_told(
    agent: Agent, role: Role, channel: str, missing: Any
) -> None:
    heard = await alone(agent, state(**missing), "What is said.")
    assert not [text for _, text in heard.sent[0] if "of round 1" in text]


@every_agent
async def test_without_a_system_role_the_first_prompt_says_who_it_is(
    agent: Agent, role: Role, channel: str, missing: Any
) -> None:
    ((_, who), (kind, task), *rest), *_ = (await alone(agent, state(**missing), "")).sent
    merged = (await alone(agent, state(**missing), "", system_role="merge")).sent
    assert merged == [[(kind, f"{who} {task}"), *rest]]


@every_agent
@pytest.mark.parametrize("given", ["Those of lights.", "<noinput>"])
async def test_an_input_is_told_if_there_is_one(
    agent: Agent, role: Role, channel: str, missing: Any, given: str
) -> None:
    heard = await alone(agent, state(**missing, input=given), "What is said.")
    task = heard.sent[0][1][1]
    assert words(paper.request(state()["instruction"], given)) in task
    assert ("### Input:" in task) == (given == "Those of lights.")


@every_agent
async def test_text_from_data_is_no_template(
    agent: Agent, role: Role, channel: str, missing: Any
) -> None:
    odd = "{sample} {resp_1} %s {{x}} \\1"
    heard = await alone(agent, state(**missing, instruction=odd), "What is said.")
    assert f"### Instruction: {odd}" in heard.sent[0][1][1]


@every_agent
async def test_an_endpoint_that_refuses_is_named(
    agent: Agent, role: Role, channel: str, missing: Any
) -> None:
    with pytest.raises(ModelCallError) as caught:
        await alone(agent, state(**missing), refusal(400), model="vllm:small", base_url="http://x")
    told = f"{agent.name}: model 'vllm:small' at http://x: HTTP 400: so it is"
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("agent", "missing"),
    [
        (positive_free, {"speeches": {"positive_predetermined": answer("")}}),
        (critical_free, {"speeches": {"critical_predetermined": answer("")}}),
        (advisor, {"speeches": {}}),
        (editor, {"suggestions": None}),
        (judge_original_first, {"edit": None}),
        (judge_edited_first, {"edit": None}),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
async def test_half_a_state_is_told_before_anything_is_sent(agent: Agent, missing: Any) -> None:
    with pytest.raises(LookupError):
        await alone(agent, state(**missing))


@pytest.mark.parametrize("agent", [editor_alone, advisor_blind], ids=lambda agent: agent.name)
async def test_who_is_not_to_see_the_response_does_not(agent: Agent) -> None:
    heard = await alone(agent, state(), "What is said.")
    assert not [text for _, text in heard.sent[0] if RESPONSE in text]


def test_a_model_without_a_further_answer_is_an_error_where_it_is_called_in_a_thread() -> None:
    silent = GenericFakeChatModel(messages=iter([]))  # as LangChain's own: it raises StopIteration
    context = Context().with_models(lambda role: silent)
    with pytest.raises(RuntimeError, match="StopIteration was raised for an answer"):
        graph_of(advisor_alone).invoke(state(), context=context)
