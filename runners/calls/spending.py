"""Spending: calls, tokens and money that a run has spent, by role and model, over all resumes."""

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
    """What other runs that share this budget have spent of it."""
    tokens_elsewhere: int = 0

    @property
    def is_limited(self) -> bool:
        """Whether there is a limit at all."""
        return self.cost is not None or self.tokens is not None


class SpendingReader:
    """What a run has spent so far, and what that cost."""

    def __init__(self, database: DatabaseReader, prices: Mapping[str, Price | None]) -> None:
        """Read what the database has. `prices` are by model string."""
        self._prices = prices
        self.accounts: dict[Account, Spent] = {}
        for account, spent in read_spent(database):
            self._add(account, spent)

    @property
    def spent(self) -> dict[tuple[str, str], Spent]:
        """What was spent by role and model, on whatever terms."""
        return {whose: sum_of(parts.values()) for whose, parts in self._by_model().items()}

    @property
    def total(self) -> Spent:
        """Everything spent."""
        return sum_of(self.accounts.values())

    @property
    def cost(self) -> float | None:
        """US dollars spent; None, not 0, where a price or the usage of a call is unknown."""
        return self.cost_of_all(self.accounts)

    @property
    def saved(self) -> float | None:
        """US dollars that caches have saved; None where `cost` is, or no call told of a cache."""
        prices = {account: self._price(account, each) for account, each in self.accounts.items()}
        if None in prices.values() or not self.total.cached_told:
            return None
        told = ((price, self.accounts[account]) for account, price in prices.items())
        return sum(price.saved_on(spent) for price, spent in told if price is not None)

    @property
    def costs(self) -> dict[tuple[str, str], float | None]:
        """The cost by role and model."""
        return {whose: self.cost_of_all(parts) for whose, parts in self._by_model().items()}

    def cost_of(self, model: str, spent: Spent, terms: Terms = USUAL) -> float | None:
        """US dollars for these tokens; None where the price or a call's usage is unknown."""
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
        """The terms of a call that the `tier` has answered."""
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
        """The price of these calls; None where what they cost is unknown."""
        price = self._prices.get(account.model)
        if price is None or (spent.untold and not price.is_free):
            return None
        return price.at(account.terms)


class Spending(SpendingReader):
    """Counts every answered call, also those whose answer was of no use: they were paid too."""

    def __init__(
        self, database: Database, prices: Mapping[str, Price | None], budget: Budget
    ) -> None:
        """Go on from what the database has. `prices` are by model string."""
        widen_spent(database)
        super().__init__(database, prices)
        self._database, self._budget = database, budget
        self._reserve = Reserve(prices)

    def reserve(self, model: str, most: Spent, tier: str = "") -> None:
        """Set aside what a call may take at the most, until it is released.

        `tier` is the one it asks for. Raises Stopped if the call could exceed the budget: then
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
        """Set nothing aside any more for a call that has been made, or not sent after all."""
        if self._budget.is_limited:
            self._reserve.remove(model, self.terms_of(model, most.input_tokens, tier), most)

    def unanswered(self, model: str, most: Spent, tier: str = "") -> None:
        """Set aside, until the run ends, what a call is likely to cost that was not answered."""
        if self._budget.is_limited:
            terms = self.terms_of(model, most.input_tokens, tier)
            self._reserve.add_unanswered(model, terms, most)

    def count(self, role: Speaker, model: str, paid: Spent, tier: str = "") -> None:
        """Count an answered call, here at once and on the disk with the next commit."""
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
