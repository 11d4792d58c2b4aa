"""Keeping: what a batch has answered is counted, as it is paid, and in the journal on the disk."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from langchain_core.outputs import ChatGeneration, ChatResult

from runners.batches.protocol import Result
from runners.calls.answers import answer_of, is_worth_keeping, plain_answer, whole_answer
from runners.calls.faults import Fault, understand
from runners.calls.price import BATCH
from runners.calls.run_admission import RunAdmission
from runners.calls.spent import spent_on
from runners.storage.batch_table import Line
from runners.storage.journal import Journal, pack_answer

Outcome = ChatGeneration | Fault
"""What a call has come to."""


class Keeping:
    """Takes in the results of one model's batches."""

    def __init__(self, model: str, admission: RunAdmission, journal: Journal) -> None:
        self._model, self._admission, self._journal = model, admission, journal
        self._answered = False

    def knows(self, key: bytes) -> bool:
        """Whether the answer to a call is kept: what else comes of it was counted before."""
        return self._journal.packed(key) is not None

    async def take(
        self, results: Iterable[Result], lines: Mapping[bytes, Line]
    ) -> dict[bytes, Outcome]:
        """Count the results of a batch's lines and keep the answers; return what came of each.

        Answers are on the disk on return. Those that are kept already are left out.
        """
        named = {bytes.fromhex(each.name): each for each in results if _is_key(each.name)}
        ours = {key: named[key] for key in lines.keys() & named.keys() if not self.knows(key)}
        found = {key: self._read(each) for key, each in ours.items()}
        kept = [self._count(key, lines[key], each) for key, each in found.items()]
        await asyncio.gather(*(self._journal.keep(*each) for each in kept if each is not None))
        return found

    def _read(self, result: Result) -> Outcome:
        if isinstance(result.outcome, ChatResult):
            self._answered = True
            return whole_answer(plain_answer(result.outcome))
        return understand(result.outcome, answered_before=self._answered)

    def _count(self, key: bytes, line: Line, found: Outcome) -> "_Entry | None":
        if isinstance(found, Fault):
            if found.paid is not None:
                self._admission.count(line.role, self._model, found.paid, BATCH)
            return None
        answer = answer_of(found)
        self._admission.count(line.role, self._model, spent_on(answer), BATCH)
        if not is_worth_keeping(answer, stops=line.stops):
            return None
        return _Entry(key, pack_answer([found]))


class _Entry(NamedTuple):
    """What the journal is given."""

    key: bytes
    packed: bytes


def _is_key(name: str) -> bool:
    try:
        return bool(bytes.fromhex(name))
    except ValueError:
        return False
