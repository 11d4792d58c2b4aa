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
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig
from langgraph.errors import NodeCancelledError

from graph import conversation
from graph.coevol import Graph
from graph.coevol import graph as coevol
from nodes.context import Context
from nodes.conversation import Conversation, ConversationContext
from nodes.guards.own import GuardFailedError
from nodes.models.integrations import ONCE, closer_of
from nodes.models.models import make_model
from nodes.models.names import each_address, endpoint_name, endpoint_of
from nodes.models.openai_compatible import make_chat_openai
from nodes.models.own import OwnChatModel
from nodes.models.settings import ModelSettings
from prompts.roles import Speaker
from runners.calls.admission import Admission
from runners.calls.affinity import CURRENT_ROW, Affinity
from runners.calls.call_options import CallOptions
from runners.calls.caller import Caller
from runners.calls.chat_model import EngineModel
from runners.calls.faults import CallError
from runners.calls.sender import CallSender, Sender
from runners.calls.tiers import Tiers
from runners.calls.warming import WarmingSender, least_worth
from runners.data.formats import Task
from runners.errors import RunError
from runners.folder.records import Record, failed, failure_of, failure_of_guard, finished
from runners.run.following import ConversationFollower, SampleFollower
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
        self._options, self._admission, self._batching = options, admission, batching
        self._tracer, self._own_models = tracer, context.own_models
        self._clients = AsyncExitStack()
        """Closes the clients, each whether or not another can be closed."""
        self._threaded = 0
        """Models whose calls wait in threads."""
        self._open = 0
        """Samples in progress."""
        self.context: ConversationContext
        """The settings, with chat models that send their calls through the callers."""
        callers = {
            settings: self._caller(settings, _before(settings, context, earlier))
            for settings in {*context.settings.values(), *context.first_lines.values()}
        }
        models, first_lines = (
            {role: EngineModel(role, s, callers[s]) for role, s in settings.items()}
            for settings in (context.settings, context.first_lines)
        )
        self._callers = list(callers.values())
        if self._threaded:
            _give_threads(self._threaded * options.concurrency[1])
        self.context = context.with_models(models.__getitem__, first_lines.__getitem__)
        self._sample, self._conversation = graph, conversation.build(graph)
        plainly = open_rows(context, options.concurrency[1])
        self._window = plainly if batching is None else batching.options.rows

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
        return self._open - guards - sum(each.on_the_way for each in self._callers)

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
            follower = ConversationFollower(task)
            run = follower.run(self._conversation, self.context, config)
        else:
            follower = SampleFollower()
            run = follower.run(self._sample, task, self.context, config)
        try:
            return finished(task, await run)
        except CallError as error:
            return failed(task, failure_of(error), follower.so_far)
        except GuardFailedError as error:
            return failed(task, failure_of_guard(error), follower.so_far)

    def stop(self, reason: RunError) -> None:
        """Start no more calls. Those in flight go on and are kept; batches stay at the provider."""
        self._admission.close(reason)
        if self._batching is not None:
            self._batching.stop(reason)

    def abandon(self) -> None:
        """Cancel the calls in flight of a stopped run: their answers are lost."""
        for caller in self._callers:
            caller.abandon()

    async def close(self) -> None:
        """Wait for the calls in flight and close the clients."""
        async with self._clients:
            try:
                for caller in self._callers:
                    await caller.settle()
            finally:
                if self._batching is not None:
                    await self._batching.close()

    def _caller(self, settings: ModelSettings, earlier: Sequence[ModelSettings]) -> Caller:
        return Caller(self._sender(settings), admission=self._admission, earlier=earlier)

    def _sender(self, settings: ModelSettings) -> CallSender:
        batching = self._batching
        if batching is None:
            return self._plain_sender(settings)
        falls_back = batching.options.falls_back
        return batching.sender(settings, self._plain_sender(settings) if falls_back else None)

    def _plain_sender(self, settings: ModelSettings) -> CallSender:
        models = {endpoint_name(each): self._model(each) for each in each_address(settings)}
        options = self._options
        sender = Sender(
            models,
            settings,
            admission=self._admission,
            retries=options.retries,
            tiers=Tiers.of(settings.model, options.tiers, options.tier_patience),
            affinity=Affinity(options.affinity_header) if endpoint_of(settings) else None,
        )
        least = least_worth(options.warm_prefix, settings.model, models)
        return sender if least is None else WarmingSender(sender, least)

    def _model(self, settings: ModelSettings) -> BaseChatModel:
        own = self._own_models.get(settings.model)
        if own is not None:
            self._threaded += 1
            return OwnChatModel(own)
        endpoint = endpoint_of(settings)
        if endpoint is None:
            return self._model_elsewhere(settings)
        if self._options.client == "openai":
            model = make_chat_openai(settings, endpoint, timeout=None, retries=0)
            self._clients.push_async_callback(model.root_async_client.close)
            return model
        from runners.calls.first_byte import first_byte_traces
        from runners.calls.http_chat import HttpChatModel
        from runners.calls.http_session import open_session

        traces = first_byte_traces(settings.model, self._admission.observers)
        session = open_session(self._options.concurrency[1], endpoint.base_url, traces)
        self._clients.push_async_callback(session.close)
        return HttpChatModel(settings, endpoint, session)

    def _model_elsewhere(self, settings: ModelSettings) -> BaseChatModel:
        """A model without an OpenAI-compatible endpoint.

        Its client makes no retries, and its timeout is slightly longer than the caller's.
        """
        most = self._options.concurrency[1]
        manner = ONCE._replace(timeout=self._options.retries.timeout + 1)
        model = make_model(settings, most, manner, self._options.call_tokens)
        if (close := closer_of(model)) is not None:
            self._clients.push_async_callback(close)
        if type(model)._agenerate is BaseChatModel._agenerate:  # pyright: ignore[reportPrivateUsage]
            self._threaded += 1
        return model


def _give_threads(most: int) -> None:
    """Let up to `most` calls wait in threads at once: by default, the event loop has few."""
    threads = ThreadPoolExecutor(most, "coevol call")
    asyncio.get_running_loop().set_default_executor(threads)


async def _awaited(tasks: Tasks[T]) -> AsyncIterator[T]:
    if isinstance(tasks, AsyncIterable):
        async for task in tasks:
            yield task
    else:
        for task in tasks:
            yield task


def _before(
    settings: ModelSettings, context: Context, earlier: Iterable[Context]
) -> list[ModelSettings]:
    """The earlier settings of the roles that have these settings."""
    roles: list[Speaker] = [role for role, own in context.settings.items() if own == settings]
    return list(dict.fromkeys(each.settings[role] for each in earlier for role in roles))
