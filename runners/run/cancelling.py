"""Cancelling: cancels a run's batches at the provider, whether it is running or not.

Answers that exist by then are paid, and are collected by the running process or the next start.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from nodes.context import Context
from nodes.models.errors import call_errors, one_line
from nodes.models.names import endpoint_name
from nodes.models.settings import ModelSettings
from runners.batches.protocol import Undecided
from runners.batches.providers import open_provider
from runners.errors import Stopped, UsageError, usage_errors
from runners.folder.opened import open_run
from runners.storage.batch_table import Batch, BatchReader


def cancel_batches(run: Path) -> list[Batch]:
    """Ask the provider to cancel each pending batch of a run; return the cancelled ones.

    A batch that can't be told from others yet is not cancelled, but returned without an id. Raises
    UsageError if there is no run or its settings no longer have the model, Stopped if a provider
    does not answer.
    """
    with open_run(run) as opened, usage_errors():
        settings = opened.run_file.settings.context.with_headers(opened.run_file.headers)
        return asyncio.run(_cancel_all(BatchReader(opened.database), settings))


def cancelled_lines(run: Path, batches: list[Batch]) -> Iterator[str]:
    """Yield the lines that report the cancelled batches."""
    if not batches:
        yield f"{run}: no batch is out there"
        return
    take = f"coevol resume {run} --engine batch"
    for each in batches:
        if each.id is None:
            hint = f"{take} takes what it answers, or cancel it at the provider"
            yield f"{each.lines:,} calls of {each.model} were perhaps sent, not given up: {hint}"
        else:
            yield f"{each.id}: given up, with {each.lines:,} calls"
    yield f"what is answered by now is paid: {take} takes it, and asks for the rest"


async def _cancel_all(table: BatchReader, context: Context) -> list[Batch]:
    cancelled = [await _cancel(each, table, _settings_of(each, context)) for each in table.out()]
    return [each for each in cancelled if each is not None]


async def _cancel(batch: Batch, table: BatchReader, settings: ModelSettings) -> Batch | None:
    """Cancel one batch; None if it was never created."""
    provider = open_provider(settings)
    try:
        names = table.names(batch.token)
        id_ = batch.id or await provider.find(batch, names, table.ids(), makes=False)
        if id_ is None:
            return None
        await provider.cancel(id_)
        return batch._replace(id=id_)
    except Undecided:
        return batch
    except call_errors() as error:
        raise Stopped(f"{batch.model}: {batch.id}: {one_line(error)}; try again") from None
    finally:
        await provider.close()


def _settings_of(batch: Batch, context: Context) -> ModelSettings:
    """The settings of the batch's model."""
    for each in context.settings.values():
        if (endpoint_name(each), each.model) == (batch.endpoint, batch.model):
            return each
    hint = "set the variables for addresses as they were"
    raise UsageError(f"{batch.id}: no role calls {batch.model} at {batch.endpoint} now; {hint}")
