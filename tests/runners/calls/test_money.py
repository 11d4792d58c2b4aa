"""Prices and the meter: unknown is None, never nothing, and a budget is never exceeded."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from nodes.models.settings import ModelSettings
from nodes.state import Answer
from runners.calls.price import Price
from runners.calls.prices import price_of
from runners.calls.spending import SCHEMA, Budget, Spending
from runners.calls.spent import Spent, spent_on
from runners.errors import Stopped
from runners.storage.database import Database

PRICE = Price(0.001, 0.01)


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database]:
    with closing(Database(tmp_path / "run.db", SCHEMA)) as opened:
        yield opened


def answer(given: int | None, said: int | None) -> Answer:
    return {
        "text": "", "finish_reason": "stop", "model": None,
        "input_tokens": given, "output_tokens": said,
    }  # fmt: skip


def test_prices() -> None:
    known = price_of(ModelSettings(model="openai:gpt-4o-mini"))
    assert known is not None
    assert 0 < known.input < known.output < 0.001
    assert price_of(ModelSettings(model="openai:gpt-4o-mini"), PRICE) == PRICE
    assert price_of(ModelSettings(model="rehearsal"), PRICE) == Price(0, 0)
    assert price_of(ModelSettings(model="openai:a-model-of-mine")) is None
    elsewhere = ModelSettings(model="vllm:gpt-4o-mini", base_url="http://localhost:8000/v1")
    assert price_of(elsewhere) is None  # another's machine has another's price


def test_what_is_spent_is_counted_by_role_and_model(database: Database, tmp_path: Path) -> None:
    spending = Spending(database, {"m": PRICE}, Budget())
    spending.count("judge", "m", spent_on(answer(100, 10)))
    spending.count("judge", "m", spent_on(answer(50, 5)))
    spending.count("editor", "m", spent_on(answer(1, 1)))
    assert spending.spent["judge", "m"] == Spent(2, 0, 150, 15)
    assert spending.cost == pytest.approx(151 * 0.001 + 16 * 0.01)
    database.close()
    with closing(Database(tmp_path / "run.db", SCHEMA)) as again:
        assert Spending(again, {"m": PRICE}, Budget()).spent == spending.spent


def test_a_call_that_could_exceed_the_budget_is_not_made(database: Database) -> None:
    spending = Spending(database, {"m": PRICE}, Budget(cost=1.0))
    most = Spent(1, 0, 100, 30)  # $0.40
    spending.reserve("m", most)
    spending.reserve("m", most)
    with pytest.raises(Stopped, match=r"\$1\.00 reached: \$0\.0000 spent.* \$1\.2000"):
        spending.reserve("m", most)
    spending.count("judge", "m", spent_on(answer(10, 1)))
    spending.release("m", most)
    spending.release("m", most)
    spending.reserve("m", most)  # they took less than they could have


@pytest.mark.parametrize("budget", [Budget(cost=1.0), Budget(tokens=1000)])
def test_no_budget_is_kept_blindly(database: Database, budget: Budget) -> None:
    spending = Spending(database, {"m": PRICE}, budget)
    spending.reserve("m", Spent(1, 0, 1, 1))
    spending.count("judge", "m", spent_on(answer(None, None)))
    spending.release("m", Spent(1, 0, 1, 1))
    assert spending.cost is None
    assert spending.total == Spent(1, 1, 0, 0)
    with pytest.raises(Stopped, match="does not tell what its calls take"):
        spending.reserve("m", Spent(1, 0, 1, 1))


def test_an_unknown_price_is_no_price_at_all(database: Database) -> None:
    spending = Spending(database, {"m": PRICE, "n": None}, Budget())
    spending.count("judge", "m", spent_on(answer(1, 1)))
    assert spending.cost is not None
    spending.count("editor", "n", spent_on(answer(1, 1)))
    assert spending.cost is None
    assert spending.cost_of("m", Spent(1, 0, 1, 1)) == pytest.approx(0.011)
