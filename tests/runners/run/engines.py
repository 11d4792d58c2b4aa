"""An engine for tests: all of a run's parts around it, a graph of one call, a scripted model.

async with opened(tmp_path, Scripted("an answer")) as it:
    await it.engine.run(samples(1), finish)
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph

from graph.coevol import Graph
from nodes.context import Context
from nodes.conversation import ConversationContext
from nodes.models.settings import ModelSettings
from nodes.new_round import new_round
from nodes.node import Ask, Talk, agent
from nodes.state import Output, Sample, State, Update
from runners.calls.call_options import CallOptions
from runners.calls.run_admission import RunAdmission
from runners.calls.spending import Budget, Spending
from runners.folder.ledger import Ledger
from runners.folder.tables import SCHEMA
from runners.folder.taking import Arrival, Taking
from runners.run.engine import Engine
from runners.run.window import WINDOW as ROWS_A_CALL
from runners.storage.database import Database
from runners.storage.journal import Journal
from runners.tracing.trace import Tracer
from tests.support.scripted import Scripted

_OPTIONS = CallOptions(concurrency=(1, 2))
WINDOW = ROWS_A_CALL * 2
"""Rows that are open at once with two calls in flight."""


@agent("editor")
def reply(state: State, context: Context) -> Talk:
    """Put the instruction to the model; what it says is the response."""
    answer = yield Ask([HumanMessage(state["instruction"])])
    return {"response": answer["text"], "rounds": [], "stop_reason": "adopted"}


def one_call() -> Graph:
    """A graph of one call."""
    return _graph_of("reply", reply)


class Counts:
    """How many rows were in a node, and how many at once."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.metadata: list[dict[str, Any]] = []
        """What the runs of the graph were told to say of themselves."""
        self.now = self.most = 0


def counted() -> tuple[Graph, Counts]:
    """A graph that asks no model, and counts the rows that are in it."""
    counts = Counts()

    async def rest(state: State, config: RunnableConfig) -> Update:
        counts.seen.append(state["instruction"])
        counts.metadata.append(config.get("metadata", {}))
        counts.now += 1
        counts.most = max(counts.most, counts.now)
        for _ in range(20):
            await asyncio.sleep(0)
        counts.now -= 1
        return {"rounds": [], "stop_reason": "adopted"}

    return _graph_of("rest", rest), counts


def _graph_of(name: str, node: Any) -> Graph:
    builder = StateGraph(State, context_schema=Context, input_schema=Sample, output_schema=Output)
    builder.add_node("new_round", new_round)
    builder.add_node(name, node)
    builder.add_edge(START, "new_round")
    builder.add_edge("new_round", name)
    builder.add_edge(name, END)
    return builder.compile(name="one-call")


def samples(count: int) -> list[Sample]:
    return [
        Sample(id=f"id {number}", instruction=f"row {number}", response=f"old {number}")
        for number in range(count)
    ]


class Opened(NamedTuple):
    """An engine and what a test looks at."""

    engine: Engine
    model: Scripted
    made: list[ModelSettings]
    """For each model that was made."""
    database: Database
    ledger: Ledger

    @property
    def kept(self) -> int:
        """Calls in the journal."""
        ((count,),) = self.database.read("SELECT count(*) FROM calls")
        return count

    def take_down(self, count: int) -> None:
        """Let so many rows be the run's."""
        ids = [sample.id for sample in samples(count)]
        with closing(Taking(self.database, lambda position, id_: True)) as taking:
            taking.begin(map(Arrival, ids))

    def todo(self) -> Iterator[Sample]:
        """The rows that are not finished."""
        for position, _ in self.ledger.todo():
            yield samples(position + 1)[position]


@asynccontextmanager
async def opened(
    folder: Path,
    model: Scripted,
    *,
    context: ConversationContext | None = None,
    graph: Graph | None = None,
    tracer: Tracer | None = None,
) -> AsyncGenerator[Opened]:
    """Open an engine with at most two calls in flight, whose models are the scripted one."""
    made: list[ModelSettings] = []

    def make(settings: ModelSettings, *_how: object) -> Scripted:
        made.append(settings)
        return model

    with (
        closing(Database(folder / "run.db", SCHEMA)) as database,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("runners.run.clients.make_model", make)
        admission = RunAdmission(_OPTIONS, Journal(database), Spending(database, {}, Budget()))
        context = context or ConversationContext()
        engine = Engine(context, _OPTIONS, admission, graph or one_call(), tracer)
        try:
            yield Opened(engine, model, made, database, Ledger(database))
        finally:
            await engine.close()
