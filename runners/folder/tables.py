"""The tables of run.db."""

from runners.calls import spent_table
from runners.folder import clock, ledger
from runners.storage import batch_table, journal

SCHEMA = "".join(
    [journal.SCHEMA, ledger.SCHEMA, spent_table.SCHEMA, clock.SCHEMA, batch_table.SCHEMA]
)
