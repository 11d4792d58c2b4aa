"""The tables of run.db."""

from runners.calls import spending
from runners.folder import clock, ledger
from runners.storage import batch_table, journal

SCHEMA = "".join([journal.SCHEMA, ledger.SCHEMA, spending.SCHEMA, clock.SCHEMA, batch_table.SCHEMA])
