"""The caller of one model: sends no call that is answered in the journal or in flight already."""

import asyncio
from collections.abc import Sequence

from langchain_core.outputs import ChatGeneration

from nodes.models.settings import ModelSettings
from runners.calls.admission import Admission
from runners.calls.answers import answer_of, is_whole
from runners.calls.call import Call
from runners.calls.sender import CallSender


class Caller:
    """Makes the calls of one model with one set of settings.

    A call found in the journal is not sent, and equal calls made at the same time are sent once. An
    answer is committed to the journal before anyone uses it.
    """

    def __init__(
        self,
        sender: CallSender,
        *,
        admission: Admission,
        earlier: Sequence[ModelSettings] = (),
    ) -> None:
        """Create the caller. Raises ModelError.

        `earlier` are settings with lower token limits, under which this run may have kept answers.
        """
        self._admission, self._sender = admission, sender
        self._earlier = [self._sender.identity(each) for each in earlier]
        self._on_the_way: dict[str, asyncio.Task[ChatGeneration]] = {}

    async def call(self, call: Call) -> ChatGeneration:
        """Answer a call from the journal, else from the endpoint.

        Raises CallError if the row must fail, and the RunError that stops the run.
        """
        prompt = call.prompt
        task = self._on_the_way.get(prompt)
        if task is None:
            kept = await self._admission.journal.alookup(prompt, self._sender.llm_string)
            if kept and isinstance(kept[0], ChatGeneration):
                return _from_journal(kept[0])
            if prompt not in self._on_the_way:
                return await asyncio.shield(self._start(call, prompt))
            task = self._on_the_way[prompt]
        return _from_journal(await asyncio.shield(task))

    @property
    def on_the_way(self) -> int:
        """Number of calls in progress."""
        return len(self._on_the_way)

    async def settle(self) -> None:
        """Wait until all calls in flight are answered and kept."""
        await asyncio.gather(*self._on_the_way.values(), return_exceptions=True)

    def abandon(self) -> None:
        """Cancel the calls in flight, and so the rows that wait for them."""
        for task in self._on_the_way.values():
            task.cancel()

    def _start(self, call: Call, prompt: str) -> asyncio.Task[ChatGeneration]:
        """Start the call in its own task: it is paid, so it continues if its row is cancelled."""

        def landed(task: asyncio.Task[ChatGeneration]) -> None:
            del self._on_the_way[prompt]
            # Rows that wait for the task get the error. If there are none, it concerns nobody.
            failed = task.cancelled() or task.exception() is not None
            self._admission.settled(
                prompt, self._sender.llm_string, None if failed else task.result()
            )

        task = self._on_the_way[prompt] = asyncio.create_task(self._answer(call, prompt))
        task.add_done_callback(landed)
        return task

    async def _answer(self, call: Call, prompt: str) -> ChatGeneration:
        """Reuse a complete answer that was kept under a lower limit, or send the call."""
        for llm_string in self._earlier:
            kept = await self._admission.kept(prompt, llm_string)
            if kept is not None and is_whole(answer_of(kept)):
                await self._admission.journal.aupdate(prompt, self._sender.llm_string, [kept])
                return _from_journal(kept)
        return await self._sender.send(call, prompt)


def _from_journal(generation: ChatGeneration) -> ChatGeneration:
    """Mark an answer from the journal, so that traces can tell it from a new one."""
    message = generation.message.model_copy()  # tracing adds to it, and others may share it
    return ChatGeneration(message=message, generation_info={"from_journal": True})
