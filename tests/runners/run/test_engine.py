"""The engine alone, over a graph of one call: which rows are open, how they end, how a run ends."""

import asyncio
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import cast

import pytest
from langchain_core.messages import BaseMessage

from nodes.conversation import Conversation, ConversationContext
from nodes.state import Sample
from runners.data.formats import Task
from runners.errors import Interrupted, RunError, Stopped, UsageError
from runners.folder.records import ConversationEvolution, Evolution, Record
from runners.tracing.trace import RowTrace
from tests.runners.run.engines import WINDOW, Opened, counted, opened, samples
from tests.support.clock import Clock
from tests.support.scripted import Line, Scripted, refusal


def echo(messages: list[BaseMessage]) -> Line:
    return f"{messages[-1].text}!"


class Finished(list[Record]):
    """What comes out, in the order in which it does."""

    async def add(self, record: Record) -> None:
        self.append(record)

    @property
    def ids(self) -> list[str]:
        return [record.id for record in self]


async def test_every_row_comes_out_once(tmp_path: Path) -> None:
    async with opened(tmp_path, Scripted(echo)) as it:
        finished = Finished()
        await it.engine.run(samples(50), finished.add)
        assert sorted(finished.ids) == sorted(each.id for each in samples(50))
        assert all(isinstance(record, Evolution) for record in finished)
        assert {cast("Evolution", each).response for each in finished} == {
            f"row {number}!" for number in range(50)
        }


async def test_no_rows_are_no_work(tmp_path: Path) -> None:
    async with opened(tmp_path, Scripted()) as it:
        await it.engine.run([], Finished().add)


async def test_calls_go_out_in_the_order_of_the_rows(tmp_path: Path) -> None:
    async with opened(tmp_path, Scripted(echo)) as it:
        await it.engine.run(samples(50), Finished().add)
        assert it.model.prompts == [f"row {number}" for number in range(50)]


def test_a_bounded_number_of_rows_is_open(tmp_path: Path) -> None:
    last, taken, open_at_once = asyncio.Event(), list[Sample](), list[int]()

    async def main() -> None:
        async with opened(tmp_path, Scripted(lambda _: last)) as it:
            finished = Finished()

            def source() -> Iterator[Sample]:
                for task in samples(60):
                    taken.append(task)
                    open_at_once.append(len(taken) - len(finished))
                    yield task

            running = asyncio.create_task(it.engine.run(source(), finished.add))
            await asyncio.sleep(1)  # by this clock: until nothing goes on any more
            assert len(taken) == WINDOW + 1  # one more is read, and waits
            last.set()
            await running
            assert (len(finished), max(open_at_once)) == (60, WINDOW + 1)

    Clock().run(main())


async def test_a_slow_row_holds_up_no_other(tmp_path: Path) -> None:
    last, finished = asyncio.Event(), Finished()

    async def finish(record: Record) -> None:
        await finished.add(record)
        if len(finished) == 49:
            last.set()

    slow = Scripted(lambda messages: last if messages[-1].text == "row 0" else echo(messages))
    async with opened(tmp_path, slow) as it:
        await it.engine.run(samples(50), finish)
        assert finished.ids[-1] == "id 0"


async def test_rows_that_ask_nothing_do_not_crowd_the_loop(tmp_path: Path) -> None:
    graph, counts = counted()
    async with opened(tmp_path, Scripted(), graph=graph) as it:
        await it.engine.run(samples(60), Finished().add)
        assert (len(counts.seen), counts.most) == (60, 4)


async def test_a_row_that_fails_stands_beside_good_ones(tmp_path: Path) -> None:
    bad = Scripted(lambda messages: refusal(400) if "3" in messages[-1].text else echo(messages))
    async with opened(tmp_path, bad) as it:
        finished = Finished()
        await it.engine.run(samples(9), finished.add)
        by_id = {record.id: cast("Evolution", record) for record in finished}
        assert len(by_id) == 9
        failed = by_id.pop("id 3")
        assert failed.failure is not None
        assert failed.failure.model_dump() == {
            "stage": "reply", "error": "BadRequestError", "message": "so it is", "attempts": 1,
            "may_pass": False,
        }  # fmt: skip
        assert (failed.response, failed.stop_reason, failed.rounds) == ("old 3", None, [])
        assert all(record.failure is None for record in by_id.values())


async def check_stopped(it: Opened, tasks: Iterable[Task], finished: Finished) -> RunError:
    """Run to the early end, in which all that was paid is kept; return its reason."""
    with pytest.raises(RunError) as caught:
        await it.engine.run(tasks, finished.add)
    assert it.kept == len(it.model.asked) < 50
    return caught.value


async def test_a_stop_lets_calls_in_flight_be_answered_and_kept(tmp_path: Path) -> None:
    last, reason = asyncio.Event(), Interrupted("enough")
    async with opened(tmp_path, Scripted(lambda _: last)) as it:
        finished, rows = Finished(), iter(samples(50))
        running = asyncio.create_task(check_stopped(it, rows, finished))
        await it.model.is_called(2)
        it.engine.stop(reason)
        it.engine.stop(Stopped("the second reason does not count"))
        await asyncio.sleep(0)
        last.set()
        assert await running is reason
        assert finished.ids == ["id 0", "id 1"]
        assert it.model.prompts == ["row 0", "row 1"]
        assert len(list(rows)) >= 50 - WINDOW - 1  # no more of them are read


async def test_whoever_takes_the_records_can_end_the_run(tmp_path: Path) -> None:
    class Few(Finished):
        async def add(self, record: Record) -> None:
            await super().add(record)
            if len(self) == 3:
                raise Stopped("three are enough")

    async with opened(tmp_path, Scripted(echo)) as it:
        assert str(await check_stopped(it, samples(50), Few())) == "three are enough"


async def test_a_row_that_can_not_be_read_ends_the_run(tmp_path: Path) -> None:
    def source() -> Iterator[Sample]:
        yield from samples(5)
        raise UsageError("row 6 is no row")

    async with opened(tmp_path, Scripted(echo)) as it:
        assert str(await check_stopped(it, source(), Finished())) == "row 6 is no row"


async def test_a_wrong_key_ends_the_run_and_no_row_fails(tmp_path: Path) -> None:
    async with opened(tmp_path, Scripted(lambda _: refusal(401))) as it:
        finished = Finished()
        with pytest.raises(UsageError, match="so it is"):
            await it.engine.run(samples(50), finished.add)
        assert (finished, it.kept) == ([], 0)


async def test_abandoned_calls_end_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path, Scripted(lambda _: asyncio.Event())) as it:
        running = asyncio.create_task(it.engine.run(samples(50), Finished().add))
        await it.model.is_called(2)
        it.engine.stop(Interrupted("enough"))
        it.engine.abandon()
        with pytest.raises(Interrupted, match="enough"):
            await running
        assert (len(it.model.asked), it.kept) == (2, 0)


async def test_closing_waits_for_calls_whose_rows_are_gone(tmp_path: Path) -> None:
    last = asyncio.Event()
    async with opened(tmp_path, Scripted(lambda _: last)) as it:
        running = asyncio.create_task(it.engine.run(samples(2), Finished().add))
        await it.model.is_called(2)
        running.cancel()
        await asyncio.wait([running])
        last.set()
        await it.engine.close()
        assert it.kept == 2


async def test_a_mistake_in_a_graph_comes_out(tmp_path: Path) -> None:
    async with opened(tmp_path, Scripted(lambda _: ZeroDivisionError("ours"))) as it:
        with pytest.RaisesGroup(pytest.RaisesExc(ZeroDivisionError, match="ours")):
            await it.engine.run(samples(1), Finished().add)


async def test_what_is_finished_is_not_taken_up_again_and_what_is_kept_not_asked(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, Scripted(echo)) as it:
        it.take_down(20)

        async def finish(record: Record) -> None:
            await it.ledger.keep(record)
            raise Stopped("one is enough")

        with pytest.raises(Stopped):
            await it.engine.run(it.todo(), finish)
        done, asked = it.ledger.counts().finished, it.model.prompts
    async with opened(tmp_path, Scripted(echo)) as it:
        assert 0 < done < 20
        tasks = list(it.todo())
        assert len(tasks) == 20 - done
        await it.engine.run(tasks, it.ledger.keep)
        assert it.ledger.counts().left == 0
        assert sorted(asked + it.model.prompts) == sorted(f"row {number}" for number in range(20))


async def test_conversations_go_turn_by_turn(tmp_path: Path) -> None:
    messages = [
        {"role": "user", "content": "One?"}, {"role": "assistant", "content": "1"},
        {"role": "user", "content": "Two?"}, {"role": "assistant", "content": "2"},
    ]  # fmt: skip
    async with opened(tmp_path, Scripted("one", "two")) as it:
        finished = Finished()
        await it.engine.run([Conversation(id="c", messages=messages)], finished.add)
        (record,) = finished
        assert isinstance(record, ConversationEvolution)
        assert [turn["response"] for turn in record.turns] == ["one", "two"]
        assert "USER: One? ASSISTANT: one</s>USER: Two? ASSISTANT:" in it.model.prompts[1]


async def test_roles_with_equal_settings_share_a_model(tmp_path: Path) -> None:
    context = ConversationContext.model_validate({"role_settings": {"judge": {"max_tokens": 9}}})
    async with opened(tmp_path, Scripted(), context=context) as it:
        assert sorted(settings.max_tokens for settings in it.made) == [9, 1000]


class Listening:
    """A tracer that keeps what it hears."""

    def __init__(self) -> None:
        self.places: list[tuple[str, int]] = []
        self.traces: dict[str, RowTrace] = {}

    def place(self, id: str, position: int) -> None:
        self.places.append((id, position))

    def row(self, task: Task) -> AbstractContextManager[RowTrace]:
        @contextmanager
        def follow() -> Generator[RowTrace]:
            trace = self.traces[task.id] = RowTrace({"metadata": {"row": task.id}})
            yield trace

        return follow()


async def test_a_tracer_hears_of_every_row(tmp_path: Path) -> None:
    tracer, finished = Listening(), Finished()
    graph, counts = counted()
    async with opened(tmp_path, Scripted(), graph=graph, tracer=tracer) as it:
        it.engine.place("id 0", 7)
        await it.engine.run(samples(3), finished.add)
    assert tracer.places == [("id 0", 7)]
    assert sorted(each["row"] for each in counts.metadata) == ["id 0", "id 1", "id 2"]
    assert {id_: trace.record for id_, trace in tracer.traces.items()} == {
        record.id: record for record in finished
    }
