"""A caller for tests: all of a run's parts around it, a scripted model at its end.

tried = Tried(tmp_path, "an answer")
await tried.ask("Hello?")
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from langchain_core.messages import HumanMessage
from langchain_core.outputs import ChatGeneration

from nodes.models.names import endpoint_name
from nodes.models.settings import ModelSettings
from runners.calls.call_options import CallOptions
from runners.calls.caller import Call, Caller
from runners.calls.run_admission import RunAdmission
from runners.calls.sender import Sender
from runners.calls.spending import Budget, Spending
from runners.folder.tables import SCHEMA
from runners.storage.database import Database
from runners.storage.journal import Journal
from tests.support.scripted import Scripted

SETTINGS = ModelSettings(model="vllm:small", base_url="http://127.0.0.1:9/v1")
"""Nobody is called there: the model is scripted."""


class Tried:
    """A caller, and what a test looks at: the model, the journal, admission, spending."""

    def __init__(
        self, database: Database, model: Scripted, options: CallOptions, budget: Budget
    ) -> None:
        self.model, self.options = model, options
        self.journal = Journal(database)
        self.spending = Spending(database, {}, budget)
        self.admission = RunAdmission(options, self.journal, self.spending)
        self.caller = self.another(SETTINGS)

    def another(self, settings: ModelSettings) -> Caller:
        """A caller with other settings in the same run."""
        retries, models = self.options.retries, {endpoint_name(settings): self.model}
        sender = Sender(models, settings, admission=self.admission, retries=retries)
        return Caller(sender, admission=self.admission)

    async def ask(self, text: str = "Hello?", stop: list[str] | None = None) -> ChatGeneration:
        return await self.caller.call(call(text, stop))

    def asking(self, text: str = "Hello?") -> "asyncio.Task[ChatGeneration]":
        return asyncio.create_task(self.ask(text))

    @property
    def in_flight(self) -> int:
        return sum(gate.in_flight for gate in self.admission.gates.values())

    def kept(self, text: str = "Hello?") -> str | None:
        """What the journal has, under the name by which this caller looks for it."""
        found = self.journal.lookup(call(text).prompt, SETTINGS.identity(SETTINGS.base_url))
        return found[0].text if found else None


@asynccontextmanager
async def tried(
    folder: Path,
    model: Scripted,
    options: CallOptions | None = None,
    budget: Budget | None = None,
) -> AsyncGenerator[Tried]:
    """Open a run's parts for a scripted model; in the end no call is in flight any more."""
    database = Database(folder / "run.db", SCHEMA)
    try:
        opened = Tried(database, model, options or CallOptions(), budget or Budget())
        yield opened
        await opened.caller.settle()
        assert (opened.in_flight, opened.caller.on_the_way) == (0, 0)
    finally:
        database.close()


def call(text: str, stop: list[str] | None = None) -> Call:
    return Call("editor", "editor", [HumanMessage(text)], stop)
