"""Threads: a run after one that broke off, a run that goes on, a run from an earlier moment."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import PrivateAttr

from graph.coevol import build, graph
from nodes.context import Context
from nodes.models.rehearsal import RehearsalModel
from tests.graph.samples import ANIMALS, COLOURS

THREAD: RunnableConfig = {"configurable": {"thread_id": "one"}}
RESUME: Any = None
BY_HAND = "Red, amber and green."


class Listening(RehearsalModel):
    """A rehearsal model that keeps its prompts, and can break down."""

    lasts: int = 1000
    """Calls until it breaks down."""
    _prompts: list[str] = PrivateAttr(default_factory=list[str])

    @property
    def prompts(self) -> list[str]:
        return self._prompts

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        if len(self._prompts) >= self.lasts:
            raise ConnectionError("the model has broken down")
        self._prompts.append(messages[-1].text)
        return await super()._agenerate(messages, stop)


def remembering() -> Any:
    """The graph with memory, as a server has it."""
    return build().copy(update={"checkpointer": InMemorySaver()})


def spoken_by(model: RehearsalModel, **settings: Any) -> Context:
    return Context(**settings).with_models(lambda _: model)


def remembered(state: Any) -> dict[str, Any]:
    """What a thread's state has, as plain data."""
    return json.loads(json.dumps(state.values))


async def break_down(calls: int) -> Any:
    """A graph whose thread broke off after so many calls."""
    served = remembering()
    with pytest.raises(ConnectionError):
        await served.ainvoke(COLOURS, THREAD, context=spoken_by(Listening(lasts=calls)))
    return served


@pytest.mark.parametrize("calls", [0, 1, 3, 4, 5, 7, 8, 9, 15])
@pytest.mark.parametrize("sample", [COLOURS, ANIMALS], ids=["again", "another"])
async def test_a_new_run_after_a_failure(calls: int, sample: Any) -> None:
    served = await break_down(calls)
    assert await served.ainvoke(sample, THREAD) == await graph.ainvoke(sample)


@pytest.mark.parametrize("calls", [0, 1, 3, 4, 5, 7, 8, 9, 15])
async def test_a_run_goes_on_after_a_failure(calls: int) -> None:
    served = await break_down(calls)
    assert await served.ainvoke(RESUME, THREAD) == await graph.ainvoke(COLOURS)


@pytest.mark.parametrize("node", sorted(set(graph.nodes) - {"__start__"}))
async def test_an_interrupted_run(node: str) -> None:
    served = remembering()
    for sample in (COLOURS, ANIMALS, COLOURS):
        await served.ainvoke(sample, THREAD, interrupt_after=[node])
    assert await served.ainvoke(RESUME, THREAD) == await graph.ainvoke(COLOURS)
    await served.ainvoke(COLOURS, THREAD, interrupt_before=[node])
    assert await served.ainvoke(ANIMALS, THREAD) == await graph.ainvoke(ANIMALS)


async def test_samples_one_after_another() -> None:
    served = remembering()
    samples: list[Any] = [COLOURS, ANIMALS, {**ANIMALS, "response": "cat"}, COLOURS]
    for sample in samples:
        result = await served.ainvoke(sample, THREAD)
        assert result == await graph.ainvoke(sample)
        seen = remembered(await served.aget_state(THREAD))
        assert result.items() <= seen.items()
        assert seen["input"] == sample.get("input", "")


async def test_a_sample_whose_response_is_the_last_edit() -> None:
    served = remembering()
    paused = await served.ainvoke(COLOURS, THREAD, interrupt_after=["verdict"])
    sample: Any = {**ANIMALS, "response": paused["response"]}
    assert await served.ainvoke(sample, THREAD) == await graph.ainvoke(sample)


async def test_a_thread_without_an_instruction_takes_no_older_one() -> None:
    served = remembering()
    await served.ainvoke(COLOURS, THREAD)
    with pytest.raises(ValueError, match=r"instruction\n.*required"):
        await served.ainvoke({"response": "cat"}, THREAD)
    assert await served.ainvoke(ANIMALS, THREAD) == await graph.ainvoke(ANIMALS)


async def moment(served: Any, found: Callable[[Any], bool]) -> RunnableConfig:
    """The checkpoint of the thread's history that is looked for."""
    [config] = [state.config async for state in served.aget_state_history(THREAD) if found(state)]
    return config


@pytest.mark.parametrize("k", [1, 2])
async def test_the_judges_see_an_edit_made_by_hand(k: int) -> None:
    served, model = remembering(), Listening()
    before = await served.ainvoke(COLOURS, THREAD)

    def is_judged_next(state: Any) -> bool:
        return state.values.get("k") == k and state.next[:1] == ("judge_original_first",)

    edited = await moment(served, is_judged_next)
    edit: dict[str, Any] = {**before["rounds"][k - 1]["edit"], "response": BY_HAND}
    changed = await served.aupdate_state(edited, {"edit": edit}, as_node="editor")
    after = await served.ainvoke(RESUME, changed, context=spoken_by(model, max_rounds=k))
    assert len(model.prompts) == 2
    assert all(BY_HAND in prompt for prompt in model.prompts)
    assert after["rounds"][: k - 1] == before["rounds"][: k - 1]
    assert after["rounds"][k - 1]["edit"]["response"] == BY_HAND
    assert after["edit"]["response"] == BY_HAND


async def test_an_edit_made_by_hand_can_win() -> None:
    served = remembering()
    await served.ainvoke(COLOURS, THREAD, interrupt_after=["editor"])
    edit = {**(await served.aget_state(THREAD)).values["edit"], "response": BY_HAND}
    await served.aupdate_state(THREAD, {"edit": edit}, as_node="editor")
    result = await served.ainvoke(RESUME, THREAD)
    assert result["rounds"][0]["outcome"] == "improved"
    assert [played["response"] for played in result["rounds"]] == [COLOURS["response"], BY_HAND]
