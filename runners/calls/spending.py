"""Spending: a run's calls, tokens and money, by role and model, over all its starts."""

from collections.abc import Mapping
from typing import NamedTuple

from prompts.roles import Speaker
from runners.calls.price import USUAL, Price, Terms
from runners.calls.reserve import Reserve
from runners.calls.spent import NOTHING, Spent, sum_of
from runners.calls.spent_table import Account, add_spent, read_spent, widen_spent
from runners.errors import Stopped
from runners.storage.database import Database
from runners.storage.reader import DatabaseReader

_UNTOLD = "the endpoint does not tell what its calls take"


class Budget(NamedTuple):
    """The most that a run may spend in all; None for no limit."""

    cost: float | None = None
    """US dollars."""
    tokens: int | None = None
    cost_elsewhere: float = 0.0
    """US dollars that other runs with the same budget have spent."""
    tokens_elsewhere: int = 0

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit."""
        return self.cost is not None or self.tokens is not None


class SpendingReader:
    """What a run has spent so far, and its cost."""

    def __init__(self, database: DatabaseReader, prices: Mapping[str, Price | None]) -> None:
        """Read the database. `prices` are by model string."""
        self._prices = prices
        self.accounts: dict[Account, Spent] = {}
        for account, spent in read_spent(database):
            self._add(account, spent)

    @property
    def spent(self) -> dict[tuple[str, str], Spent]:
        """Usage by role and model, whatever the terms."""
        return {whose: sum_of(parts.values()) for whose, parts in self._by_model().items()}

    @property
    def total(self) -> Spent:
        """Total usage."""
        return sum_of(self.accounts.values())

    @property
    def cost(self) -> float | None:
        """US dollars spent; None, not 0, if a price or the usage of a call is unknown."""
        return self.cost_of_all(self.accounts)

    @property
    def saved(self) -> float | None:
        """US dollars saved by caches; None if `cost` is, or if no call reported cached tokens."""
        prices = {account: self._price(account, each) for account, each in self.accounts.items()}
        if None in prices.values() or not self.total.cached_told:
            return None
        told = ((price, self.accounts[account]) for account, price in prices.items())
        return sum(price.saved_on(spent) for price, spent in told if price is not None)

    @property
    def costs(self) -> dict[tuple[str, str], float | None]:
        """Cost by role and model."""
        return {whose: self.cost_of_all(parts) for whose, parts in self._by_model().items()}

    def cost_of(self, model: str, spent: Spent, terms: Terms = USUAL) -> float | None:
        """US dollars for this usage; None if the price or a call's usage is unknown."""
        return self.cost_of_all({Account("", model, terms): spent})

    def cost_of_all(self, parts: Mapping[Account, Spent]) -> float | None:
        """US dollars for all of these; None if one of them is unknown."""
        total = 0.0
        for account, spent in parts.items():
            price = self._price(account, spent)
            if price is None:
                return None
            total += price.cost_of(spent)
        return total

    def terms_of(self, model: str, prompt_tokens: int, tier: str = "") -> Terms:
        """The terms of a call that `tier` answered."""
        price = self._prices.get(model)
        over = 0 if price is None else price.at(Terms(tier)).over(prompt_tokens)
        return Terms(tier, over)

    def _add(self, account: Account, spent: Spent) -> None:
        self.accounts[account] = self.accounts.get(account, NOTHING).plus(spent)

    def _by_model(self) -> dict[tuple[str, str], dict[Account, Spent]]:
        found: dict[tuple[str, str], dict[Account, Spent]] = {}
        for account, spent in self.accounts.items():
            found.setdefault((account.role, account.model), {})[account] = spent
        return found

    def _price(self, account: Account, spent: Spent) -> Price | None:
        """The price of these calls; None if their cost is unknown."""
        price = self._prices.get(account.model)
        if price is None or (spent.untold and not price.is_free):
            return None
        return price.at(account.terms)


class Spending(SpendingReader):
    """Counts every answered call, including unusable answers, because they were paid, too."""

    def __init__(
        self, database: Database, prices: Mapping[str, Price | None], budget: Budget
    ) -> None:
        """Continue from what the database has. `prices` are by model string."""
        widen_spent(database)
        super().__init__(database, prices)
        self._database, self._budget = database, budget
        self._reserve = Reserve(prices)

    def reserve(self, model: str, most: Spent, tier: str = "") -> None:
        """Set aside the upper bound of a call until it is released.

        `tier` is the tier asked for. Raises Stopped if the call could exceed the budget: then
        nothing is set aside, and the call must not be sent.
        """
        if not self._budget.is_limited:
            return
        terms = self.terms_of(model, most.input_tokens, tier)
        self._reserve.add(model, terms, most)
        problem = self._exceeded()
        if problem is not None:
            self._reserve.remove(model, terms, most)
            raise Stopped(problem)

    def release(self, model: str, most: Spent, tier: str = "") -> None:
        """Release the amount set aside for a call that has ended, or is not sent after all."""
        if self._budget.is_limited:
            self._reserve.remove(model, self.terms_of(model, most.input_tokens, tier), most)

    def unanswered(self, model: str, most: Spent, tier: str = "") -> None:
        """Set aside the likely cost of an unanswered call until the run ends."""
        if self._budget.is_limited:
            terms = self.terms_of(model, most.input_tokens, tier)
            self._reserve.add_unanswered(model, terms, most)

    def count(self, role: Speaker, model: str, paid: Spent, tier: str = "") -> None:
        """Count an answered call: at once in memory, and in the database with the next commit."""
        account = Account(role, model, self.terms_of(model, paid.input_tokens, tier))
        self._add(account, paid)
        self._database.write_soon(add_spent, (account, paid))

    def _exceeded(self) -> str | None:
        total = self.total
        if self._budget.tokens is not None:
            if total.untold:
                return f"{_UNTOLD}, so --max-tokens-total can't be kept"
            tokens = total.input_tokens + total.output_tokens + self._budget.tokens_elsewhere
            coming = self._reserve.tokens
            if tokens + coming > self._budget.tokens:
                limit = f"token limit of {self._budget.tokens} reached"
                return f"{limit}: {tokens} used, {self._reserve.in_words} {coming}"
        if self._budget.cost is not None:
            spent, coming = self.cost, self._reserve.cost
            if spent is None:
                return f"{_UNTOLD}, so --budget can't be kept"
            spent += self._budget.cost_elsewhere
            if spent + coming > self._budget.cost:
                limit = f"budget of ${self._budget.cost:.2f} reached"
                return f"{limit}: ${spent:.4f} spent, {self._reserve.in_words} ${coming:.4f}"
        return None
