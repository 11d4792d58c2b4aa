"""Clients: the chat models of a run's speakers, and what sends their calls."""

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel

from nodes.context import Context
from nodes.conversation import ConversationContext
from nodes.models.integrations import ONCE, closer_of
from nodes.models.models import make_model
from nodes.models.names import each_address, endpoint_name, endpoint_of
from nodes.models.openai_compatible import make_chat_openai
from nodes.models.own import OwnChatModel
from nodes.models.settings import ModelSettings
from prompts.roles import Speaker
from runners.calls.admission import Admission
from runners.calls.affinity import Affinity
from runners.calls.call_options import CallOptions
from runners.calls.caller import Caller
from runners.calls.chat_model import EngineModel
from runners.calls.sender import CallSender, Sender
from runners.calls.tiers import Tiers
from runners.calls.warming import WarmingSender, least_worth

if TYPE_CHECKING:
    from runners.batches.batching import Batching


class Clients:
    """A caller for each model with its settings, shared by the speakers that have the same."""

    def __init__(
        self,
        context: ConversationContext,
        options: CallOptions,
        admission: Admission,
        earlier: Sequence[ConversationContext] = (),
        batching: "Batching | None" = None,
    ) -> None:
        """Create the clients. Raises ModelError for a wrong model.

        `earlier` are the settings of this run before its token limits were raised. With `batching`,
        calls are sent in batches; without it, one by one.
        """
        self._options, self._admission, self._batching = options, admission, batching
        self._own_models = context.own_models
        self._connections = AsyncExitStack()
        """Closes each of them whether or not another can be closed."""
        self._threaded = 0
        """Models whose calls wait in threads."""
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
        self.context: ConversationContext
        """The settings, with chat models that send their calls through the callers."""
        self.context = context.with_models(models.__getitem__, first_lines.__getitem__)

    @property
    def on_the_way(self) -> int:
        """Number of calls in progress."""
        return sum(each.on_the_way for each in self._callers)

    def abandon(self) -> None:
        """Cancel the calls in flight of a stopped run: their answers are lost."""
        for caller in self._callers:
            caller.abandon()

    async def close(self) -> None:
        """Wait for the calls in flight and close the connections."""
        async with self._connections:
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
            self._connections.push_async_callback(model.root_async_client.close)
            return model
        from runners.calls.first_byte import first_byte_traces
        from runners.calls.http_chat import HttpChatModel
        from runners.calls.http_session import open_session

        traces = first_byte_traces(settings.model, self._admission.observers)
        session = open_session(self._options.concurrency[1], endpoint.base_url, traces)
        self._connections.push_async_callback(session.close)
        return HttpChatModel(settings, endpoint, session)

    def _model_elsewhere(self, settings: ModelSettings) -> BaseChatModel:
        """A model without an OpenAI-compatible endpoint.

        Its client makes no retries, and its timeout is slightly longer than the caller's.
        """
        most = self._options.concurrency[1]
        manner = ONCE._replace(timeout=self._options.retries.timeout + 1)
        model = make_model(settings, most, manner, self._options.call_tokens)
        if (close := closer_of(model)) is not None:
            self._connections.push_async_callback(close)
        if type(model)._agenerate is BaseChatModel._agenerate:  # pyright: ignore[reportPrivateUsage]
            self._threaded += 1
        return model


def _give_threads(most: int) -> None:
    """Let up to `most` calls wait in threads at once: by default, the event loop has few."""
    threads = ThreadPoolExecutor(most, "coevol call")
    asyncio.get_running_loop().set_default_executor(threads)


def _before(
    settings: ModelSettings, context: Context, earlier: Iterable[Context]
) -> list[ModelSettings]:
    """The earlier settings of the roles that have these settings."""
    roles: list[Speaker] = [role for role, own in context.settings.items() if own == settings]
    return list(dict.fromkeys(each.settings[role] for each in earlier for role in roles))
