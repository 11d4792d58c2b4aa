"""The latest rounds of a run, by which its judge and editor are watched."""

from collections.abc import Iterator
from itertools import islice

from nodes.judging.fitness import LAST
from nodes.judging.last_verdicts import LastVerdicts
from nodes.orders import fitness_verdicts_of
from nodes.state import Round
from nodes.unchanged import LastEdits
from runners.folder.ledger import LedgerReader
from runners.folder.records import rounds_of


def last_verdicts(ledger: LedgerReader) -> LastVerdicts:
    """The verdicts of the latest rounds that say something of the judge, of the rows done last."""
    found = (
        told for each in _latest_rounds(ledger) if (told := fitness_verdicts_of(each)) is not None
    )
    return LastVerdicts(reversed(list(islice(found, LAST))))


def last_edits(ledger: LedgerReader) -> LastEdits:
    """The edits of the latest rounds, of the rows done last."""
    return LastEdits(reversed(list(islice(_latest_rounds(ledger), LAST))))


def _latest_rounds(ledger: LedgerReader) -> Iterator[Round]:
    for record in ledger.latest(LAST):
        yield from reversed(rounds_of(record))
