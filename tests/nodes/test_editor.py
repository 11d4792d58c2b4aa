"""The editor alone: what it is asked, and what is taken for the edited response (Table 8)."""

import pytest

from nodes.editor import editor, editor_alone, fault_of
from nodes.node import Agent
from tests.nodes.alone import INSTRUCTION, RESPONSE, alone, answer, state, words
from tests.support import paper_prompts as paper
from tests.support.scripted import said

both = pytest.mark.parametrize("agent", [editor, editor_alone], ids=lambda agent: agent.name)


async def test_it_reads_suggestions_response_and_sample() -> None:
    heard = await alone(editor, state(edit=None), "Red.")
    sample, request = paper.sample(INSTRUCTION, "", RESPONSE), paper.request(INSTRUCTION, "")
    asked = (
        f"### Writing Suggestions: Use a list. ### Previous Response: {RESPONSE} "
        f"{paper.WITHOUT_INPUT} {sample} {paper.EDIT} {request} ### Response:"
    )
    assert heard.sent[0][1:] == [("human", words(asked))]


async def test_alone_it_reads_the_request() -> None:
    heard = await alone(editor_alone, state(edit=None, suggestions=None), "Red.")
    request = paper.request(INSTRUCTION, "")
    asked = f"{paper.WITHOUT_INPUT} {paper.EDIT_ALONE} {request} ### Response:"
    assert heard.sent[0][1:] == [("human", words(asked))]


@both
@pytest.mark.parametrize("text", ["Red,\n\namber.\n", "### Response:\nRed.", "", " \n"])
async def test_the_edit_is_the_answer_as_it_came(agent: Agent, text: str) -> None:
    heard = await alone(agent, state(edit=None), text)
    edited = heard.update["edit"]
    assert edited == {**answer(text), "response": text}
    assert fault_of(edited) == (None if text.strip() else "edit_empty")


@both
async def test_an_edit_that_is_cut_off_says_so(agent: Agent) -> None:
    heard = await alone(agent, state(edit=None), said("Red, am", "length"))
    edited = heard.update["edit"]
    assert edited == {**answer("Red, am", "length"), "response": "Red, am"}
    assert fault_of(edited) == "edit_truncated"
