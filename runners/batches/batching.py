"""Batching: a run's couriers, one for each model at its endpoint."""

import asyncio

from nodes.models.names import endpoint_name
from nodes.models.settings import ModelSettings
from runners.batches.courier import Courier
from runners.batches.gathering import Gathering
from runners.batches.keeping import Keeping
from runners.batches.options import BatchOptions
from runners.batches.patience import Patience
from runners.batches.providers import bodies_of, open_provider
from runners.batches.sender import BatchSender
from runners.calls.run_admission import RunAdmission
from runners.calls.sender import CallSender
from runners.errors import RunError
from runners.storage.batch_table import BatchTable
from runners.storage.database import Database
from runners.storage.journal import Journal

_CALLS_A_ROW = 2
"""Calls that a row waits for at once: debaters and judges speak in pairs."""


class Batching:
    """Makes the senders of a run whose calls go in batches."""

    def __init__(
        self,
        options: BatchOptions,
        give_up_after: float,
        admission: RunAdmission,
        journal: Journal,
        database: Database,
    ) -> None:
        """`give_up_after` is in seconds: how long a provider may not answer at all."""
        self.options = options
        self._give_up_after, self._admission, self._journal = give_up_after, admission, journal
        self._table = BatchTable(database)
        self._couriers: dict[tuple[str, str], Courier] = {}

    def sender(self, settings: ModelSettings, plain: CallSender | None) -> BatchSender:
        """The sender of a model's calls; `plain`, if given, sends those that are left of them.

        Raises UsageError if its provider has no batches, ModelError as its client does.
        """
        name = endpoint_name(settings), settings.model
        gate = f"batches of {settings.model} at {name[0]}"
        if name not in self._couriers:
            self._admission.open_wide(gate, self.options.rows * _CALLS_A_ROW)
            self._couriers[name] = self._courier(name, settings)
        return BatchSender(
            self._couriers[name],
            gate,
            settings,
            bodies_of(settings),
            admission=self._admission,
            plain=plain,
        )

    def stop(self, reason: RunError) -> None:
        """Send nothing any more; what is out there stays."""
        for courier in self._couriers.values():
            courier.stop(reason)

    async def close(self) -> None:
        """Wait for what is being sent or taken at this moment, and close the clients."""
        await asyncio.gather(*(each.close() for each in self._couriers.values()))

    def _courier(self, name: tuple[str, str], settings: ModelSettings) -> Courier:
        provider = open_provider(settings)
        courier = Courier(
            name,
            provider,
            Gathering(self.options, provider.most_lines, provider.most_bytes),
            Keeping(settings.model, self._admission, self._journal),
            self._table,
            Patience(f"{settings.model} at {name[0]}", self._give_up_after, self._admission.warn),
            self._stop_run,
        )
        courier.begin()
        return courier

    def _stop_run(self, reason: RunError) -> None:
        self._admission.close(reason)
        self.stop(reason)
