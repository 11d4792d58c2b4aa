"""The ledger: ids that depend on a row's content alone, and what is left to do."""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from runners.data.rows import digest
from runners.folder.ledger import SCHEMA, Counts, Ledger, LedgerReader
from runners.folder.records import Evolution, Failure
from runners.folder.taking import Arrival, Taking
from runners.storage.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database]:
    with closing(Database(tmp_path / "run.db", SCHEMA)) as opened:
        yield opened


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


def take_down(
    database: Database,
    digests: Iterable[str],
    check: Callable[[LedgerReader], None] = lambda _: None,
) -> None:
    with closing(Taking(database, lambda position, id_: True)) as taking:
        taking.begin(map(Arrival, digests), check)


def ids(ledger: Ledger) -> list[str]:
    return [id_ for _, id_ in ledger.todo()]


def record(id_: str, *, failed: bool = False) -> Evolution:
    failure = Failure(stage="editor", error="E", message="m", attempts=1) if failed else None
    return Evolution(
        id=id_, instruction="i", input="", original_response="r", response="r", failure=failure
    )


def test_an_id_is_the_content_and_not_the_place_or_the_order_of_keys() -> None:
    one = digest({"instruction": "a", "output": "b", "é": [1, None]})
    assert one == digest({"é": [1, None], "output": "b", "instruction": "a"})
    assert one != digest({"instruction": "a", "output": "b", "é": [1, 0]})
    assert digest({"a": "b"}) != digest({"a": "b "})
    assert len(one) == 20


def test_equal_rows_are_numbered(database: Database, ledger: Ledger) -> None:
    take_down(database, ["a", "b", "a", "a", "b"])
    assert ids(ledger) == ["a", "b", "a-2", "a-3", "b-2"]


def test_what_is_done_stays_done_in_another_order(database: Database, ledger: Ledger) -> None:
    take_down(database, ["a", "b", "a"])
    ledger_finish(ledger, [record("b"), record("a-2", failed=True)])
    assert ids(ledger) == ["a"]
    take_down(database, ["c", "b", "a", "a"])
    assert ids(ledger) == ["c", "a"]
    assert ledger.counts() == Counts(rows=4, finished=1, improved=0, failed=1)
    assert [(position, id_) for position, id_, found in ledger.records() if found] == [
        (1, "b"),
        (3, "a-2"),
    ]
    ledger.forget_failures()
    assert ids(ledger) == ["c", "a", "a-2"]


def ledger_finish(ledger: Ledger, records: list[Evolution]) -> None:
    import asyncio

    async def finish() -> None:
        for each in records:
            await ledger.keep(each)

    asyncio.run(finish())


def test_a_check_that_fails_leaves_everything_as_it_was(database: Database, ledger: Ledger) -> None:
    take_down(database, ["a", "b"])

    def refuse(_: LedgerReader) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        take_down(database, ["c"], refuse)
    assert ids(ledger) == ["a", "b"]
    take_down(database, ["d"])
    assert ids(ledger) == ["d"]


def test_foreign_rows(database: Database, ledger: Ledger) -> None:
    take_down(database, ["a", "b"])
    assert not ledger.is_foreign()  # nothing is finished yet
    ledger_finish(ledger, [record("a")])
    assert not ledger.is_foreign()
    take_down(database, ["b", "c"])
    assert ledger.is_foreign()


def test_many_rows_in_pieces(database: Database, ledger: Ledger) -> None:
    take_down(database, (str(number) for number in range(2500)))
    assert ids(ledger) == [str(number) for number in range(2500)]
