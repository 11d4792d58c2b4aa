"""The debaters alone: what they are asked, and what of the debate they have heard (Table 7)."""

from typing import Literal

import pytest

from nodes import debater
from nodes.node import Agent
from tests.nodes.alone import INSTRUCTION, RESPONSE, Message, alone, answer, state, words
from tests.support import paper_prompts as paper

Side = Literal["positive", "critical"]
OTHER: dict[Side, Side] = {"positive": "critical", "critical": "positive"}
sides = pytest.mark.parametrize("side", OTHER)


def node(side: Side, stage: Literal["predetermined", "free"]) -> Agent:
    return getattr(debater, f"{side}_{stage}")


def opening(side: Side) -> list[Message]:
    """What a debater is asked first."""
    task = f"{paper.sample(INSTRUCTION, '', RESPONSE)}\n\n{paper.FIRST_ROUND[side]}"
    return [("system", paper.ROLES[side]), ("human", words(task))]


@sides
async def test_a_first_speech_knows_the_sample_alone(side: Side) -> None:
    heard = await alone(node(side, "predetermined"), state(speeches={}), "My view.")
    assert heard.sent == [opening(side)]
    assert heard.update == {"speeches": {f"{side}_predetermined": answer("My view.")}}


@sides
async def test_a_second_speech_has_the_own_first_one_in_memory(side: Side) -> None:
    spoken = {
        "positive_predetermined": answer("All is well."),
        "critical_predetermined": answer("Nothing is."),
    }
    heard = await alone(node(side, "free"), state(speeches=spoken), "My view of it.")
    own, others = (spoken[f"{each}_predetermined"]["text"] for each in (side, OTHER[side]))
    review = f"### Review from others:\n{others}\n\n{paper.SECOND_ROUND}"
    assert heard.sent == [[*opening(side), ("ai", own), ("human", words(review))]]
    assert heard.update == {"speeches": {f"{side}_free": answer("My view of it.")}}


@sides
async def test_the_debate_is_about_the_response_so_far(side: Side) -> None:
    heard = await alone(node(side, "free"), state(response="violet"), "My view.")
    assert "### Response: violet" in heard.sent[0][1][1]
