"""Prices and the meter: unknown is None, never nothing, and a budget is never exceeded."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from nodes.models.settings import ModelSettings
from nodes.state import Answer
from runners.calls.price import Price, Terms
from runners.calls.prices import price_of
from runners.calls.spending import Budget, Spending, SpendingReader
from runners.calls.spent import Spent, spent_on, sum_of
from runners.calls.spent_table import EARLIER_SCHEMA, SCHEMA, Account
from runners.errors import Stopped
from runners.storage.database import Database
from runners.storage.reader import reading

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


def test_each_kind_of_token_has_its_price() -> None:
    price = Price(input=2, output=10, cached=0.5, cache_written=3, reasoning=20, call=7)
    spent = Spent(1, 0, 100, 10, reasoning_tokens=4, cached_tokens=60, cache_written_tokens=30)
    assert price.cost_of(spent) == 7 + 10 * 2 + 60 * 0.5 + 30 * 3 + 6 * 10 + 4 * 20
    assert price.saved_on(spent) == 60 * 1.5 - 30
    assert price.most_of(Spent(1, 0, 100, 10)) == 7 + 100 * 3 + 10 * 20
    assert Price(2, 10).cost_of(spent) == 100 * 2 + 10 * 10


def test_what_is_written_for_an_hour_has_its_price() -> None:
    price = Price(input=2, output=10, cached=0.5, cache_written=3, cache_written_1h=4)
    written = {"cache_written_tokens": 30, "cache_written_1h_tokens": 20}
    spent = Spent(1, 0, 100, 10, cached_tokens=60, **written)
    assert price.cost_of(spent) == 10 * 2 + 60 * 0.5 + 10 * 3 + 20 * 4 + 10 * 10
    assert price.saved_on(spent) == 60 * 1.5 - 10 * 1 - 20 * 2
    assert price._replace(cache_written_1h=None).cost_of(spent) == price.cost_of(spent) - 20
    assert price.most_of(Spent(1, 0, 100, 10)) == 100 * 3 + 10 * 10
    assert price.most_of(Spent(1, 0, 100, 10, cache_written_1h_tokens=100)) == 100 * 4 + 10 * 10


TABLE = {
    "openai:gpt-4o-mini": (1.5e-07, 7.5e-08, 1.5e-07, 1.5e-07, 6e-07),
    "openai:gpt-5.6": (4e-06, 4e-07, 5e-06, 5e-06, 2e-05),
    "anthropic:claude-haiku-4-5": (1e-06, 1e-07, 1.25e-06, 2e-06, 5e-06),
}


@pytest.mark.parametrize("model", TABLE)
def test_the_tables_prices_of_each_kind(model: str) -> None:
    """Shares of the price of input: those change far more seldom than prices."""
    price, (given, cached, written, hour, said) = price_of(ModelSettings(model=model)), TABLE[model]
    assert price is not None
    assert price.cached == pytest.approx(price.input * cached / given)
    assert price.cache_written == pytest.approx(price.input * written / given)
    assert price.cache_written_1h == pytest.approx(price.input * hour / given)
    assert price.output == pytest.approx(price.input * said / given)


def test_a_prompt_beyond_a_size_has_another_price(database: Database, tmp_path: Path) -> None:
    model = "openai:gpt-5.6"
    price = price_of(ModelSettings(model=model))
    assert price is not None
    [(start, large)] = price.larger
    assert large.input == pytest.approx(2 * price.input)
    spending = Spending(database, {model: price}, Budget())
    for tokens in (1000, start, start + 1, start + 1):
        spending.count("judge", model, spent_on(answer(tokens, 10)))
    usual, dear = Spent(2, 0, 1000 + start, 20), Spent(2, 0, 2 * start + 2, 20)
    assert spending.cost == pytest.approx(price.cost_of(usual) + large.cost_of(dear))
    assert spending.spent["judge", model].calls == 4
    database.close()
    with closing(Database(tmp_path / "run.db", SCHEMA)) as again:
        assert Spending(again, {model: price}, Budget()).accounts == {
            Account("judge", model): usual,
            Account("judge", model, Terms(over=start)): dear,
        }


@pytest.mark.parametrize(("tier", "share"), [("batch", 0.5), ("flex", 0.5), ("priority", 2.0)])
def test_a_tier_has_its_own_price(database: Database, tier: str, share: float) -> None:
    model = "openai:gpt-5.6"
    prices = {model: price_of(ModelSettings(model=model))}
    spending = Spending(database, prices, Budget())
    usual = spending.cost_of(model, Spent(1, 0, 1000, 100))
    assert usual is not None
    spending.count("judge", model, Spent(1, 0, 1000, 100), tier)
    assert spending.cost == pytest.approx(usual * share)


def test_what_a_cache_saved(database: Database) -> None:
    spending = Spending(database, {"m": Price(2, 10, cached=0.5)}, Budget())
    spending.count("judge", "m", Spent(1, 0, 100, 10))
    assert (spending.saved, spending.total.cached_share) == (None, None)
    spending.count("judge", "m", Spent(1, 0, 100, 10, cached_told=1, cached_tokens=50))
    assert (spending.saved, spending.total.cached_share) == (75, 0.25)


def test_no_cache_is_counted_on_before_the_answer(database: Database) -> None:
    """From gpt-5.6 on, a prompt can cost more than its input: it may be written into the cache."""
    price = Price(0.01, 0, cached=0.001, cache_written=0.0125)
    spending = Spending(database, {"m": price}, Budget(cost=1.0))
    spending.count("judge", "m", Spent(1, 0, 100, 0, cached_told=1, cached_tokens=100))
    spending.reserve("m", Spent(1, 0, 72, 0))  # $0.10 and $0.90
    with pytest.raises(Stopped, match=r"\$0\.1000 spent.* \$0\.9125"):
        spending.reserve("m", Spent(1, 0, 1, 0))


def test_what_an_earlier_version_has_counted_is_gone_on_with(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "run.db", EARLIER_SCHEMA)) as earlier:
        earlier.write_now(
            lambda connection: connection.executescript("""
            INSERT INTO usage VALUES ('judge', 'm', 4, 1, 300, 40);
            INSERT INTO reasoning VALUES ('judge', 'm', 2, 15);
        """)
        )
    with closing(Database(tmp_path / "run.db", SCHEMA)) as resumed:
        spending = Spending(resumed, {"m": PRICE}, Budget())
        before = Spent(4, 1, 300, 40, 2, 15)
        assert spending.spent == {("judge", "m"): before}
        more = Spent(1, 0, 10, 1, cached_told=1, cached_tokens=5)
        spending.count("judge", "m", more)
        assert spending.total == before.plus(more)
    with closing(Database(tmp_path / "run.db", SCHEMA)) as again:
        assert Spending(again, {"m": PRICE}, Budget()).total == before.plus(more)


def test_a_run_from_before_hours_were_counted_goes_on(tmp_path: Path) -> None:
    """Its table has a column less; who only looks at it changes nothing."""
    before = Spent(4, 1, 300, 40, cached_told=2, cached_tokens=15, cache_written_tokens=7)
    with closing(Database(tmp_path / "run.db", SCHEMA)) as earlier:
        earlier.write_now(
            lambda connection: connection.executescript("""
            ALTER TABLE spent DROP COLUMN cache_written_1h_tokens;
            INSERT INTO spent VALUES ('judge', 'm', '', 0, 4, 1, 300, 40, 0, 0, 2, 15, 7);
        """)
        )
    with reading(tmp_path / "run.db") as looked_at:
        assert SpendingReader(looked_at, {"m": PRICE}).total == before
    more = Spent(1, 0, 9, 1, cached_told=1, cache_written_tokens=9, cache_written_1h_tokens=8)
    for starts in (1, 2):
        with closing(Database(tmp_path / "run.db", SCHEMA)) as resumed:
            spending = Spending(resumed, {"m": PRICE}, Budget())
            spending.count("judge", "m", more)
            total = spending.total
        assert total == before.plus(sum_of([more] * starts))
    with reading(tmp_path / "run.db") as looked_at:
        assert SpendingReader(looked_at, {"m": PRICE}).total == total


def test_a_call_that_was_not_answered_in_time_may_be_billed(database: Database) -> None:
    spending = Spending(database, {"m": Price(0.01, 0)}, Budget(cost=1.0))
    for _ in range(2):
        spending.reserve("m", Spent(1, 0, 60, 0))
        spending.unanswered("m", Spent(1, 0, 60, 0))
        spending.release("m", Spent(1, 0, 60, 0))
    assert spending.cost == 0
    spending.reserve("m", Spent(1, 0, 40, 0))  # beside $0.60 for the two
    told = r"could take, with 2 that were sent and not answered, \$1\.0100"
    with pytest.raises(Stopped, match=told):
        spending.reserve("m", Spent(1, 0, 1, 0))


def test_a_tiers_call_is_set_aside_at_the_dearer_price(database: Database) -> None:
    """Another tier than that which was asked for may answer."""
    price = Price(0.01, 0, tiers={"priority": Price(0.02, 0), "flex": Price(0.005, 0)})
    spending = Spending(database, {"m": price}, Budget(cost=1.0))
    spending.reserve("m", Spent(1, 0, 30, 0), "priority")
    spending.reserve("m", Spent(1, 0, 40, 0), "flex")
    with pytest.raises(Stopped, match=r"\$1\.0100"):
        spending.reserve("m", Spent(1, 0, 1, 0))
    spending.release("m", Spent(1, 0, 30, 0), "priority")
    spending.reserve("m", Spent(1, 0, 60, 0))
