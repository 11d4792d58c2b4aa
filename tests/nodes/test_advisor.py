"""The advisor alone: with the whole debate, and without one (Table 8, section 4.1)."""

from nodes.advisor import advisor, advisor_alone, advisor_blind
from tests.nodes.alone import INSTRUCTION, RESPONSE, alone, answer, state, words
from tests.support import paper_prompts as paper

GIVEN = "Those of lights."


async def test_it_reads_the_debate_in_the_order_in_which_it_was_spoken() -> None:
    heard = await alone(advisor, state(input=GIVEN, suggestions=None), "Use a list.")
    [[_, task]] = heard.sent
    assert task == (
        "human",
        words(
            f"{paper.WITH_INPUT} {paper.sample(INSTRUCTION, GIVEN, RESPONSE)} {paper.DISCUSSION} "
            "### Reviewer 1: positive_predetermined speaks "
            "### Reviewer 2: critical_predetermined speaks "
            "### Reviewer 1: positive_free speaks "
            f"### Reviewer 2: critical_free speaks {paper.ADVISE}"
        ),
    )
    assert heard.update == {"suggestions": answer("Use a list.")}


async def test_without_a_debate_it_reads_the_sample() -> None:
    heard = await alone(advisor_alone, state(speeches={}, suggestions=None), "Use a list.")
    sample = paper.sample(INSTRUCTION, "", RESPONSE)
    asked = words(f"{paper.WITHOUT_INPUT} {sample} {paper.ADVISE_ALONE}")
    assert heard.sent[0][1:] == [("human", asked)]
    assert heard.update == {"suggestions": answer("Use a list.")}


async def test_blind_it_reads_the_request() -> None:
    heard = await alone(advisor_blind, state(speeches={}, suggestions=None), "Use a list.")
    asked = words(f"{paper.WITHOUT_INPUT} {paper.request(INSTRUCTION, '')} {paper.ADVISE_BLIND}")
    assert heard.sent[0][1:] == [("human", asked)]
    assert heard.update == {"suggestions": answer("Use a list.")}
