"""The last verdicts of a run, by which its judge is judged while rows are left."""

from itertools import islice

from nodes.judging.fitness import LAST, LastVerdicts
from nodes.orders import verdicts_of
from runners.folder.ledger import LedgerReader
from runners.folder.records import rounds_of


def last_verdicts(ledger: LedgerReader) -> LastVerdicts:
    """The verdicts of the last rounds that were judged in both orders, of the rows done last."""
    found = (
        verdicts
        for record in ledger.latest(LAST)
        for each in reversed(rounds_of(record))
        if (verdicts := verdicts_of(each)) is not None
    )
    return LastVerdicts(reversed(list(islice(found, LAST))))
