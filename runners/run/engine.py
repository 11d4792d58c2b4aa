"""The engine: evolves many samples at once over one set of clients, all in one event loop."""

import asyncio
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Sequence,
)
from typing import TYPE_CHECKING, Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.errors import NodeCancelledError

from graph import conversation
from graph.coevol import Graph
from graph.coevol import graph as coevol
from nodes.conversation import Conversation, ConversationContext
from nodes.guards.own import GuardFailedError
from runners.calls.admission import Admission
from runners.calls.affinity import CURRENT_ROW
from runners.calls.call_options import CallOptions
from runners.calls.faults import CallError
from runners.data.formats import Task
from runners.errors import RunError
from runners.folder.records import Record, failed, failure_of, failure_of_guard, finished
from runners.run.clients import Clients
from runners.run.course import ConversationCourse, SampleCourse
from runners.run.window import open_rows
from runners.tracing.trace import Tracer

if TYPE_CHECKING:
    from runners.batches.batching import Batching

T = TypeVar("T")
Tasks = Iterable[T] | AsyncIterable[T]
"""Tasks that are all known, or that become known over time."""

_AT_WORK = 4
"""The next sample is opened only while fewer than this many are not waiting for a call. More would
keep the event loop from reading answers, as when a resumed run replays its journal."""


class Engine:
    """Holds a run's clients and evolves samples with them."""

    def __init__(
        self,
        context: ConversationContext,
        options: CallOptions,
        admission: Admission,
        graph: Graph = coevol,
        tracer: Tracer | None = None,
        earlier: Sequence[ConversationContext] = (),
        batching: "Batching | None" = None,
    ) -> None:
        """Create the clients; `graph` evolves each sample. Raises ModelError for a wrong model.

        `earlier` are the settings of this run before its token limits were raised. With `batching`,
        calls are sent in batches; without it, one by one.
        """
        self._admission, self._tracer, self._batching = admission, tracer, batching
        self._clients = Clients(context, options, admission, earlier, batching)
        self._sample, self._conversation = graph, conversation.build(graph)
        plainly = open_rows(context, options.concurrency[1])
        self._window = plainly if batching is None else batching.options.rows
        self._open = 0
        """Samples in progress."""

    @property
    def context(self) -> ConversationContext:
        """The settings, with chat models that send their calls through the clients."""
        return self._clients.context

    def place(self, id: str, position: int) -> None:
        """Note the position in the dataset of a row that comes next."""
        if self._tracer is not None:
            self._tracer.place(id, position)

    async def run(self, tasks: Tasks[Task], finish: Callable[[Record], Any]) -> None:
        """Evolve a bounded number of tasks at once, and await `finish` for each record.

        Raises the RunError that stopped the run, after the calls in flight are answered and kept.
        """

        async def evolve(task: Task) -> None:
            await finish(await self.evolve(task))

        await self.each(tasks, evolve)

    async def each(self, tasks: Tasks[T], work: Callable[[T], Awaitable[Any]]) -> None:
        """Await `work` for each task, a bounded number at once. Raises as `run` does."""
        window = asyncio.Semaphore(self._window)

        async def do(task: T) -> None:
            try:
                await work(task)
            except RunError as reason:
                self.stop(reason)
            except NodeCancelledError:  # LangGraph raises it for a call that was abandoned
                if self._admission.stopped is None:
                    raise
            finally:
                self._open -= 1
                window.release()

        async with asyncio.TaskGroup() as at_work:
            try:
                async for task in _awaited(tasks):
                    await window.acquire()
                    await self._until_calm()
                    if self._admission.stopped is not None:
                        break
                    self._open += 1
                    at_work.create_task(do(task))
            except RunError as reason:  # the next row could not be read
                self.stop(reason)
        if self._admission.stopped is not None:
            raise self._admission.stopped

    async def _until_calm(self) -> None:
        """Wait until nearly all open samples wait for a call."""
        while self._at_work >= _AT_WORK:  # noqa: ASYNC110 - it changes too often for an event
            await asyncio.sleep(0.001)

    @property
    def _at_work(self) -> int:
        """Open samples that wait neither for a call nor for a user-defined guard."""
        guards = sum(each.in_flight for each in self.context.own_guards)
        return self._open - guards - self._clients.on_the_way

    async def evolve(self, task: Task) -> Record:
        """Evolve one sample or conversation; the record says so if a call failed for good.

        Raises the RunError that stops the run.
        """
        CURRENT_ROW.set(task.id)
        if self._tracer is None:
            return await self._evolve(task, None)
        with self._tracer.row(task) as trace:
            trace.record = await self._evolve(task, trace.config)
            return trace.record

    async def _evolve(self, task: Task, config: RunnableConfig | None) -> Record:
        if isinstance(task, Conversation):
            course = ConversationCourse(task)
            run = course.run(self._conversation, self.context, config)
        else:
            course = SampleCourse()
            run = course.run(self._sample, task, self.context, config)
        try:
            return finished(task, await run)
        except CallError as error:
            return failed(task, failure_of(error), course.so_far)
        except GuardFailedError as error:
            return failed(task, failure_of_guard(error), course.so_far)

    def stop(self, reason: RunError) -> None:
        """Start no more calls. Those in flight go on and are kept; batches stay at the provider."""
        self._admission.close(reason)
        if self._batching is not None:
            self._batching.stop(reason)

    def abandon(self) -> None:
        """Cancel the calls in flight of a stopped run: their answers are lost."""
        self._clients.abandon()

    async def close(self) -> None:
        """Wait for the calls in flight and close the clients."""
        await self._clients.close()


async def _awaited(tasks: Tasks[T]) -> AsyncIterator[T]:
    if isinstance(tasks, AsyncIterable):
        async for task in tasks:
            yield task
    else:
        for task in tasks:
            yield task
