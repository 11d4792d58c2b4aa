"""The tables of run.db."""

from runners import clock, journal, ledger, meter

SCHEMA = "".join([journal.SCHEMA, ledger.SCHEMA, meter.SCHEMA, clock.SCHEMA])
