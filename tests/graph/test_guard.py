"""The guard between editor and judges: what it cleans and refuses, and who is asked then."""

from typing import Any

import pytest
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from graph import ablations
from graph.coevol import graph
from nodes.context import Context
from nodes.guards.flaws import DEFAULT, Exchange, FlawLimits, find_flaws
from nodes.models.rehearsal import RehearsalModel
from nodes.state import Sample
from tests.graph.samples import COLOURS

ASKED = "Name the three colours of a light."
EDITED = "Red, amber and green."


class Leaky(RehearsalModel):
    """A model whose editor says one thing, which its judge prefers to all else."""

    edit: str

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        prompt = messages[-1].text
        said = "1. Say more."
        if prompt.startswith("### Writing Suggestions:"):
            said = self.edit
        elif start := prompt.partition("[The Start of Assistant 1's Response]\n")[2]:
            said = f"<assistant {1 if start.startswith(self.edit) else 2}>"
        return ChatResult(generations=[ChatGeneration(message=AIMessage(said))])


def after(text: str, finish_reason: str = "stop", **sample: str) -> Any:
    """The state in which the editor has said a text."""
    answer = {"text": text, "finish_reason": finish_reason, "model": None}
    answer |= {"input_tokens": None, "output_tokens": None}
    edit = {**answer, "response": text}
    round_: dict[str, Any] = {
        "k": 1,
        "rounds": [],
        "speeches": {},
        "suggestions": answer,
        "judgements": {},
    }
    return {**COLOURS, **round_, **sample, "edit": edit}


def guarded(state: Any) -> Any:
    return {**state, **graph.nodes["guard"].invoke(state).update}


def test_a_leak_is_taken_off_and_the_answer_kept_as_it_came() -> None:
    said = f"Here is the revised response:\n\n{EDITED}\n\n**Changes made:**\n- Added amber."
    state = guarded(after(said))
    assert (state["edit"]["text"], state["edit"]["response"]) == (said, EDITED)
    assert state["guarded"] == {"cleaned": ["lead_in", "remark"], "refused": []}


async def test_an_edit_without_a_flaw_passes_and_leaves_no_trace() -> None:
    state = after(EDITED)
    said = graph.nodes["guard"].invoke(state)
    assert said.update == {"edit": state["edit"], "guarded": {"cleaned": [], "refused": []}}
    assert said.goto == ["judge_original_first", "judge_edited_first"]
    assert said == await graph.nodes["guard"].ainvoke(state)
    (played,) = graph.nodes["verdict"].invoke({**state, **said.update})["rounds"]
    assert "guarded" not in played


@pytest.mark.parametrize(
    ("said", "finish_reason", "name", "outcome"),
    [
        ("<response>Red.</response> As the advisor said.", "stop", "scaffolding", "edit_refused"),
        ("Red <|fim_middle|> green", "stop", "tokens", "edit_refused"),
        ("Reviewer 1 says that red is right.", "stop", "role_names", "edit_refused"),
        (f"{ASKED}\n\nRed.", "stop", "echo", "edit_refused"),
        ("### Response:\n", "stop", "empty", "edit_empty"),
        ("Red, amber", "length", "unfinished", "edit_truncated"),
    ],
)
def test_a_flawed_edit_never_advances_and_no_judge_is_asked(
    said: str, finish_reason: str, name: str, outcome: str
) -> None:
    state = guarded(after(said, finish_reason, instruction=ASKED))
    names = [each["guard"] for each in state["guarded"]["refused"]]
    assert name in names
    for judge in ("judge_original_first", "judge_edited_first"):
        assert graph.nodes[judge].invoke(state) == {}
    winning = {"verdict": "edited", "original_score": 0, "edited_score": 1}
    judged = {**state, "judgements": {"judge_original_first": winning}}
    update = graph.nodes["verdict"].invoke(judged)
    assert (update["response"], update["stop_reason"]) == (COLOURS["response"], outcome)
    assert update["rounds"][0]["guarded"] == state["guarded"]
    adopted = ablations.edit.nodes["adopt"].invoke(state)
    assert (adopted["response"], adopted["outcome"]) == (COLOURS["response"], outcome)


def test_the_record_tells_where() -> None:
    state = guarded(after("Red and green.\nReviewer 1 is right."))
    assert state["guarded"]["refused"] == [
        {"guard": "role_names", "at": 15, "text": "Reviewer 1"},
    ]


def test_what_the_first_response_has_is_no_flaw_in_later_rounds() -> None:
    first = {**COLOURS, "response": "Reviewer 1 likes red."}
    later = {**after("Reviewer 1 likes green.", response="Red."), "rounds": [first]}
    assert guarded(later)["guarded"]["refused"] == []


def test_a_run_and_its_check_agree() -> None:
    for said in ("Red. <response>Green", "Red.\n\nNote: I have revised the response.", EDITED):
        state = guarded(after(said))
        exchange = Exchange(
            state["instruction"], state["input"], state["response"], state["edit"]["response"]
        )
        seen = [flaw.name for flaw in find_flaws(exchange, FlawLimits(10, []), DEFAULT)]
        assert seen == [each["guard"] for each in state["guarded"]["refused"]]


async def test_without_guards_every_edit_is_judged_as_it_came() -> None:
    """The paper's exact algorithm: here the editor says the previous response in a tag."""
    leaky = Leaky(edit=f"<response>{EDITED}</response>")
    context = Context(guards="none", max_rounds=1).with_models(lambda _: leaky)
    (played,) = (await graph.ainvoke(COLOURS, context=context))["rounds"]
    assert played["edit"]["response"] == f"<response>{EDITED}</response>"
    assert set(played["judgements"]) == {"judge_original_first", "judge_edited_first"}
    assert "guarded" not in played


async def test_a_guard_that_was_asked_for_refuses() -> None:
    leaky = Leaky(
        edit="Rot, gelb und gr\u00fcn: so leuchten sie an jeder Kreuzung in unserer Stadt."
    )
    sample: Any = {
        **COLOURS,
        "response": "They shine in red and amber and green at every crossing here.",
    }
    for guards, outcome in (("default", "improved"), ("default,language", "edit_refused")):
        context = Context(guards=guards, max_rounds=1).with_models(lambda _: leaky)
        (played,) = (await graph.ainvoke(Sample(**sample), context=context))["rounds"]
        assert played["outcome"] == outcome
