"""What a driver does for actors that come and go, and for chunks that are lost on the way."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest
from langchain_core.caches import RETURN_VAL_TYPE
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration

from nodes.state import Sample
from runners.calls.admission import CallRequest
from runners.calls.call_options import CallOptions
from runners.calls.faults import Fault, Kind
from runners.calls.price import Price
from runners.calls.run_admission import RunAdmission
from runners.calls.spending import Budget, Spending
from runners.calls.spent import Spent
from runners.data.formats import Task
from runners.errors import Stopped, StorageError, UsageError
from runners.folder.tables import SCHEMA
from runners.run.ray.address import READY, DriverAddress, joined_driver
from runners.run.ray.connection import Connection
from runners.run.ray.driver_server import DriverServer
from runners.run.ray.feed import Chunk, Feed
from runners.run.ray.pickled import unpickled
from runners.run.ray.remote_admission import RemoteAdmission
from runners.storage.database import Database
from runners.storage.journal import Journal

ENDPOINT = "http://endpoint/v1"
ASK = CallRequest("judge", (ENDPOINT,), "openai:m", 10, Spent(1, 0, 100, 100))


class Driver(NamedTuple):
    """What actors talk to."""

    admission: RunAdmission
    spending: Spending
    address: DriverAddress
    lost: list[str]


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database]:
    with closing(Database(tmp_path / "run.db", SCHEMA)) as database:
        yield database


@asynccontextmanager
async def driver(database: Database, tokens: int | None = None) -> AsyncGenerator[Driver]:
    """A driver with an endpoint for two calls at once."""
    spending = Spending(database, {"openai:m": Price(0, 0)}, Budget(tokens=tokens))
    journal = Journal(database)
    admission, lost = RunAdmission(CallOptions(concurrency=(1, 2)), journal, spending), list[str]()
    admission.open(ENDPOINT)
    feed = Feed(iter(()), {}, 4, 4, admission)
    server = DriverServer(admission, journal, feed, lost.append)
    async with server.open("127.0.0.1") as address:
        yield Driver(admission, spending, address, lost)


@asynccontextmanager
async def asking(there: Driver) -> AsyncGenerator[Connection]:
    """An actor's connection."""
    async with joined_driver(there.address) as socket:
        await socket.receive_json()
        await socket.send_str(READY)
        connection = Connection(socket)
        listening = asyncio.create_task(connection.listen())
        yield connection
        listening.cancel()


@asynccontextmanager
async def actor(there: Driver, places: int = 8) -> AsyncGenerator[RemoteAdmission]:
    """An actor's desk."""
    async with asking(there) as connection:
        yield RemoteAdmission(connection, places)


def answer(text: str) -> list[ChatGeneration]:
    return [ChatGeneration(message=AIMessage(text))]


def said(kept: RETURN_VAL_TYPE | None) -> str | None:
    return None if kept is None else kept[0].text


async def soon() -> None:
    """Let messages travel."""
    await asyncio.sleep(0.05)


async def test_an_answer_is_known_to_all_actors(database: Database) -> None:
    async with driver(database) as there, actor(there) as one, actor(there) as other:
        assert await one.journal.alookup("prompt", "model") is None
        async with one.slot(ASK) as slot:
            slot.answered(Spent(1, 0, 7, 3))
            await one.journal.aupdate("prompt", "model", answer("said"))
        one.settled("prompt", "model", answer("said")[0])
        assert said(await other.journal.alookup("prompt", "model")) == "said"
        assert there.spending.total == Spent(1, 0, 7, 3)


async def test_equal_calls_of_two_actors_are_made_once(database: Database) -> None:
    async with driver(database) as there, actor(there) as one, actor(there) as other:
        assert await one.journal.alookup("prompt", "model") is None
        waiting = asyncio.create_task(other.journal.alookup("prompt", "model"))
        await soon()
        assert not waiting.done()
        one.settled("prompt", "model", answer("said")[0])  # also one that is not kept
        assert said(await waiting) == "said"


async def test_a_call_that_failed_is_tried_by_whoever_waits(database: Database) -> None:
    async with driver(database) as there, actor(there) as one, actor(there) as other:
        assert await one.journal.alookup("prompt", "model") is None
        waiting = asyncio.create_task(other.journal.alookup("prompt", "model"))
        await soon()
        one.settled("prompt", "model", None)
        assert await waiting is None
        third = asyncio.create_task(one.journal.alookup("prompt", "model"))
        await soon()
        assert not third.done()
        third.cancel()


async def test_who_is_cancelled_claims_nothing(database: Database) -> None:
    async with driver(database) as there, actor(there) as one, actor(there) as other:
        assert await one.journal.alookup("prompt", "model") is None
        cancelled = asyncio.create_task(other.journal.alookup("prompt", "model"))
        await soon()
        cancelled.cancel()
        one.settled("prompt", "model", None)
        await soon()
        assert await asyncio.wait_for(one.journal.alookup("prompt", "model"), 5) is None


async def test_a_model_has_answered_if_it_did_so_to_any_actor(database: Database) -> None:
    async with driver(database) as there, actor(there) as one, actor(there) as other:
        async with one.slot(ASK) as slot:
            assert not slot.has_answered
            slot.answered(Spent(1, 0, 7, 3))
        async with other.slot(ASK) as slot:
            assert slot.has_answered


async def test_a_database_that_is_gone_ends_the_run(database: Database) -> None:
    async with driver(database) as there, actor(there) as one:
        await one.journal.aupdate("prompt", "model", answer("said"))
        database.close()
        with pytest.raises(StorageError):
            await one.journal.alookup("prompt", "model")
        assert isinstance(there.admission.stopped, StorageError)


async def test_what_a_dead_actor_had_is_free(database: Database) -> None:
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(driver(database))
        other = await stack.enter_async_context(actor(there))
        async with actor(there) as one:
            assert await one.journal.alookup("prompt", "model") is None
            for _ in range(2):
                await stack.enter_async_context(one.slot(ASK))
            slot = stack.enter_async_context(other.slot(ASK))
            waits: list[asyncio.Task[Any]] = [
                asyncio.create_task(other.journal.alookup("prompt", "model")),
                asyncio.create_task(slot),
            ]
            await soon()
            assert there.admission.gates[ENDPOINT].in_flight == 2
            assert not any(wait.done() for wait in waits)
        await asyncio.wait_for(asyncio.gather(*waits), 5)
        assert there.admission.gates[ENDPOINT].in_flight == 1
        assert there.lost == ["died at work on 127.0.0.1"]


async def test_how_an_actor_died_is_told_also_of_one_that_never_was_ready(
    database: Database,
) -> None:
    async with driver(database) as there:
        async with joined_driver(there.address) as socket:
            await socket.receive_json()
        async with joined_driver(there.address) as socket:
            await socket.receive_json()
            await socket.send_str("ImportError:\nno such library")
            assert there.admission.gates[ENDPOINT].trouble is not None
        await soon()
    assert there.lost == [
        "died at its start on 127.0.0.1",
        "died at its start of ImportError: no such library on 127.0.0.1",
    ]


async def test_an_actor_has_no_more_calls_in_flight_than_places(database: Database) -> None:
    async with driver(database) as there, actor(there, places=1) as one:
        async with one.slot(ASK):
            slot = one.slot(ASK)
            second = asyncio.create_task(slot.__aenter__())
            await soon()
            assert not second.done()
            assert there.admission.gates[ENDPOINT].in_flight == 1
        await asyncio.wait_for(second, 5)
        await slot.__aexit__(None, None, None)


async def test_a_budget_ends_the_run_for_all(database: Database) -> None:
    async with driver(database, tokens=250) as there, actor(there) as one:
        async with actor(there) as other, one.slot(ASK):
            with pytest.raises(Stopped, match="token limit of 250"):
                async with other.slot(ASK):
                    pass
        with pytest.raises(Stopped, match="token limit of 250"):
            async with one.slot(ASK):
                pass
        assert isinstance(there.admission.stopped, Stopped)


async def test_an_error_that_ends_the_run_reaches_the_driver(database: Database) -> None:
    async with driver(database) as there, actor(there) as one:
        with pytest.raises(UsageError):
            async with one.slot(ASK):
                raise UsageError("no such key")
        await soon()
        assert isinstance(there.admission.stopped, UsageError)
        assert str(there.admission.stopped) == "no such key"


async def test_failures_of_all_actors_count_together(database: Database) -> None:
    gone = Fault(Kind.GONE, "APIConnectionError", "connection refused")
    async with driver(database) as there, actor(there) as one, actor(there) as other:
        told: list[bool] = []
        for each in (one, other, one):
            async with each.slot(ASK) as slot:
                told.append((await slot.failed(gone)).is_gone)
            there.admission.gates[ENDPOINT].not_before = 0.0
        assert told == [False, False, True]


async def test_nobody_comes_in_without_the_token(database: Database) -> None:
    async with driver(database) as there, aiohttp.ClientSession() as session:
        for path in ("chunks/0", "calls"):
            for headers in ({}, {"Authorization": "Bearer guess"}):
                async with session.get(f"{there.address.url}/{path}", headers=headers) as reply:
                    assert reply.status == 403


def samples(count: int) -> Iterator[Task]:
    for number in range(count):
        yield Sample(id=str(number), instruction="Do it.", response="")


def feed_of(tasks: Iterator[Task], database: Database, most: int = 8) -> tuple[Feed, RunAdmission]:
    admission = RunAdmission(CallOptions(), Journal(database), Spending(database, {}, Budget()))
    return Feed(tasks, {}, 2, most, admission), admission


def ids(data: bytes | None) -> list[str]:
    assert data is not None
    chunk: Chunk = unpickled(data)
    return [task.id for task in chunk.tasks]


async def test_a_slot_that_is_read_again_has_the_same_tasks(database: Database) -> None:
    feed, _ = feed_of(samples(5), database)
    read = [ids(await feed.take(slot)) for slot in range(3)]
    assert read == [["0", "1"], ["2", "3"], ["4"]]
    assert ids(await feed.take(1)) == ["2", "3"]
    await feed.done(1)
    assert ids(await feed.take(1)) == []


async def test_the_end_comes_when_all_chunks_are_back(database: Database) -> None:
    feed, _ = feed_of(samples(2), database)
    await feed.take(0)
    end = asyncio.create_task(feed.take(1))
    await soon()
    assert not end.done()
    await feed.done(0)
    assert await end is None
    assert feed.is_done


async def test_chunks_that_a_pass_lost_are_in_the_next(database: Database) -> None:
    feed, _ = feed_of(samples(6), database)
    for slot in range(2):
        await feed.take(slot)
    await feed.done(0)
    feed.begin()
    assert [ids(await feed.take(slot)) for slot in range(2)] == [["2", "3"], ["4", "5"]]
    assert not feed.is_done


async def test_no_more_than_a_few_chunks_are_out(database: Database) -> None:
    taken: list[str] = []

    def noted() -> Iterator[Task]:
        for task in samples(100):
            taken.append(task.id)
            yield task

    feed, _ = feed_of(noted(), database, most=3)
    for slot in range(3):
        await feed.take(slot)
    fourth = asyncio.create_task(feed.take(3))
    await soon()
    assert len(taken) == 6
    await feed.done(0)
    assert ids(await fourth) == ["6", "7"]


async def test_a_row_that_cannot_be_read_stops_the_run(database: Database) -> None:
    def broken() -> Iterator[Task]:
        yield from samples(2)
        raise UsageError("data.jsonl, row 3: changed")

    feed, admission = feed_of(broken(), database)
    await feed.take(0)
    end = asyncio.create_task(feed.take(1))
    await soon()
    await feed.done(0)
    assert await end is None
    assert str(admission.stopped) == "data.jsonl, row 3: changed"


async def test_what_a_lost_actor_had_is_handed_to_others_at_once(database: Database) -> None:
    feed, admission = feed_of(samples(6), database)
    server = DriverServer(admission, Journal(database), feed, lambda _: None)
    async with server.open("127.0.0.1") as address:
        there = Driver(admission, Spending(database, {}, Budget()), address, [])
        for slot in range(3):
            await feed.take(slot)
        async with asking(there) as one:
            async with asking(there) as other:
                assert await other.ask("take", 0) == [True]
                assert await one.ask("take", 0) == [False]
                assert await one.ask("take", 1) == [True]
            await soon()
            assert ids(await feed.take(3)) == ["0", "1"]  # and not the other ones
            assert await one.ask("take", 0) == [False]  # if Ray gives it out once more
            assert await one.ask("take", 3) == [True]
            assert not server.holders.give_back(0)
            assert server.holders.give_back(1)
            assert not server.holders.give_back(1)
            await server.holders.hand_out_unclaimed()  # only of slot 2 nobody knows where it is
            assert ids(await feed.take(4)) == ["4", "5"]
            await server.holders.done(1)
            assert set(feed.out) == {3, 4}
