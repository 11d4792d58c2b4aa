"""The caller alone: what is sent and what is not, what is kept, and who gets an answer."""

import asyncio
from pathlib import Path

import pytest
from langchain_core.caches import RETURN_VAL_TYPE
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from nodes.models.settings import ModelSettings
from runners.calls.call_options import CallOptions
from runners.calls.caller import Call
from runners.calls.faults import CallError
from runners.calls.spending import Budget
from runners.calls.spent import Spent
from runners.errors import Stopped, UsageError
from tests.runners.calls.callers import SETTINGS, call, tried
from tests.support.scripted import Scripted, refusal, said

ONE = Spent(1, 0, 7, 3)
"""What a scripted answer takes."""


async def test_an_answer_is_kept_before_anybody_has_it(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted("Yes.")) as it:
        answer = await it.ask()
        assert (answer.text, answer.generation_info) == ("Yes.", None)
        assert it.kept() == "Yes."
        assert it.spending.spent == {("editor", "vllm:small"): ONE}


async def test_what_is_kept_is_not_sent_nor_paid(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted("Yes.")) as it:
        first = await it.ask()
        again = await it.ask()
        assert again.message == first.message
        assert again.generation_info == {"from_journal": True}
        assert it.model.prompts == ["Hello?"]
        assert it.spending.total == ONE


async def test_what_is_kept_is_there_although_the_run_has_stopped(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted("Yes.")) as it:
        await it.ask()
        it.admission.close(Stopped("enough"))
        assert (await it.ask()).text == "Yes."
        with pytest.raises(Stopped, match="enough"):
            await it.ask("Anything else?")
        assert it.model.prompts == ["Hello?"]


async def test_an_answer_is_what_the_graph_reads_and_no_more(tmp_path: Path) -> None:
    answer = said("Yes.", id="chatcmpl-1", logprobs={"content": []}, system_fingerprint="fp")
    async with tried(tmp_path, Scripted(answer)) as it:
        for message in ((await it.ask()).message, (await it.ask()).message):
            assert isinstance(message, AIMessage)
            assert (message.text, message.usage_metadata) == ("Yes.", answer.usage_metadata)
            told = {"finish_reason": "stop", "model_name": "scripted"}
            assert message.response_metadata == told


async def test_an_answer_whose_usage_is_not_told(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted(AIMessage("Yes."))) as it:
        message = (await it.ask()).message
        assert message.response_metadata == {"finish_reason": None, "model_name": None}
        assert it.spending.total == Spent(1, 1, 0, 0)


OTHERS = {
    "messages": Call("editor", "editor", [HumanMessage("Hello")], None),
    "roles": Call("editor", "editor", [SystemMessage("Hello?")], None),
    "memory": Call("editor", "editor", [AIMessage("Hi."), HumanMessage("Hello?")], None),
    "a text to stop at": call("Hello?", ["\n"]),
}


@pytest.mark.parametrize("case", OTHERS)
async def test_another_call_is_sent(tmp_path: Path, case: str) -> None:
    async with tried(tmp_path, Scripted("Yes.", "No.")) as it:
        await it.ask()
        assert (await it.caller.call(OTHERS[case])).text == "No."
        last = it.model.asked[-1]
        assert (last.messages, last.stop) == (OTHERS[case].messages, OTHERS[case].stop)


async def test_another_role_asks_the_same_in_vain(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted("Yes.")) as it:
        await it.ask()
        same = call("Hello?")._replace(role="judge", stage="judge_original_first")
        assert (await it.caller.call(same)).text == "Yes."


@pytest.mark.parametrize(
    "change",
    [{"model": "vllm:large"}, {"temperature": 1.0}, {"top_p": 0.5}, {"max_tokens": 9},
     {"base_url": "http://127.0.0.1:8/v1"}],
    ids=str,
)  # fmt: skip
async def test_other_settings_are_another_call(tmp_path: Path, change: dict[str, object]) -> None:
    async with tried(tmp_path, Scripted("Yes.", "No.")) as it:
        await it.ask()
        other = it.another(ModelSettings.model_validate(SETTINGS.model_dump() | change))
        assert (await other.call(call("Hello?"))).text == "No."


async def test_an_address_from_the_environment_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_BASE_URL", f"{SETTINGS.base_url}/")
    async with tried(tmp_path, Scripted("Yes.")) as it:
        await it.ask()
        other = it.another(SETTINGS.model_copy(update={"base_url": None}))
        assert (await other.call(call("Hello?"))).text == "Yes."


async def test_equal_calls_at_once_are_paid_once(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted("Yes.")) as it:
        answers = await asyncio.gather(*(it.ask() for _ in range(5)))
        assert {answer.text for answer in answers} == {"Yes."}
        assert [each.generation_info for each in answers] == [None, *[{"from_journal": True}] * 4]
        assert it.spending.total == ONE
        answers[0].message.id = "run-1"  # as tracing does
        assert {answer.message.id for answer in answers[1:]} == {None}


async def test_equal_calls_are_paid_once_where_looking_them_up_takes_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tried(tmp_path, Scripted("Yes.")) as it:

        async def look_up(prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
            await asyncio.sleep(0)  # as over a network
            return it.journal.lookup(prompt, llm_string)

        monkeypatch.setattr(it.journal, "alookup", look_up)
        answers = await asyncio.gather(*(it.ask() for _ in range(5)))
        assert {answer.text for answer in answers} == {"Yes."}


async def test_equal_calls_at_once_fail_together(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted(refusal(400))) as it:
        errors = await asyncio.gather(it.ask(), it.ask(), return_exceptions=True)
        assert [type(error) for error in errors] == [CallError, CallError]


async def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted(refusal(400), "Yes.")) as it:
        with pytest.raises(CallError):
            await it.ask()
        assert (it.kept(), it.spending.total) == (None, Spent())
        assert (await it.ask()).text == "Yes."


@pytest.mark.parametrize("cancelled", [0, 1])
async def test_a_call_goes_on_when_a_row_is_cancelled(tmp_path: Path, cancelled: int) -> None:
    last = asyncio.Event()
    async with tried(tmp_path, Scripted(last)) as it:
        rows = [it.asking(), it.asking()]
        await it.model.is_called()
        row = rows.pop(cancelled)
        row.cancel()
        await asyncio.wait([row])
        assert it.caller.on_the_way == 1
        last.set()
        assert (await rows[0]).text == "at last"
        assert (it.kept(), it.spending.total) == ("at last", ONE)


async def test_settling_waits_for_what_nobody_waits_for(tmp_path: Path) -> None:
    last = asyncio.Event()
    async with tried(tmp_path, Scripted(last)) as it:
        row = it.asking()
        await it.model.is_called()
        row.cancel()
        last.set()
        await it.caller.settle()
        assert it.kept() == "at last"


async def test_abandoned_calls_end_at_once_and_leave_nothing(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted(asyncio.Event())) as it:
        rows = [it.asking(), it.asking()]
        await it.model.is_called()
        it.caller.abandon()
        await asyncio.wait(rows)
        assert all(row.cancelled() for row in rows)
        assert (it.kept(), it.spending.total) == (None, Spent())


async def test_a_call_that_could_exceed_the_budget_is_not_sent(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted("Yes."), budget=Budget(tokens=1100)) as it:
        await it.ask()
        with pytest.raises(Stopped, match=r"token limit of 1100 reached: 10 used"):
            await it.ask("word " * 500)
        with pytest.raises(Stopped):
            await it.ask("A short one?")  # the first reason holds for all
        assert it.model.prompts == ["Hello?"]


async def test_what_ends_the_run_is_told_to_all_and_nothing_more_is_sent(tmp_path: Path) -> None:
    options = CallOptions(concurrency=(1, 1))
    async with tried(tmp_path, Scripted(refusal(401)), options) as it:
        errors = await asyncio.gather(it.ask("one"), it.ask("two"), return_exceptions=True)
        said = "vllm:small: refused calls without VLLM_API_KEY: so it is"
        assert [str(error) for error in errors] == [said] * 2
        with pytest.raises(UsageError):
            await it.ask("three")
        assert it.model.prompts == ["one"]


async def test_a_mistake_in_a_model_comes_out_as_it_is(tmp_path: Path) -> None:
    async with tried(tmp_path, Scripted(ZeroDivisionError("ours"), "Yes.")) as it:
        with pytest.raises(ZeroDivisionError, match="ours"):
            await it.ask()
        assert (await it.ask()).text == "Yes."


async def test_calls_wait_for_a_slot(tmp_path: Path) -> None:
    last, options = asyncio.Event(), CallOptions(concurrency=(1, 2))
    async with tried(tmp_path, Scripted(last, last, "Yes."), options) as it:
        rows = [it.asking(text) for text in ("one", "two", "three")]
        await it.model.is_called(2)
        assert (it.in_flight, it.caller.on_the_way) == (2, 3)
        last.set()
        assert [(await row).text for row in rows] == ["at last", "at last", "Yes."]
        assert it.model.prompts == ["one", "two", "three"]
