"""The reserve: the part of a budget set aside for calls whose cost is not known yet."""

from collections.abc import Mapping

from runners.calls.price import USUAL, Price, Terms
from runners.calls.spent import NOTHING, Spent

_LIKELY = 2
"""Calls typically use about half of their upper bound."""
_COMING = "the calls in flight and the next one could take"


class Reserve:
    """The amounts set aside, by model and terms."""

    def __init__(self, prices: Mapping[str, Price | None]) -> None:
        """`prices` are by model string."""
        self._prices = prices
        self._set_aside: dict[tuple[str, Terms], Spent] = {}
        self._unanswered = 0

    def add(self, model: str, terms: Terms, most: Spent) -> None:
        """Set aside the upper bound of a call."""
        before = self._set_aside.get((model, terms), NOTHING)
        self._set_aside[model, terms] = before.plus(most)

    def remove(self, model: str, terms: Terms, most: Spent) -> None:
        """Release it."""
        self.add(model, terms, Spent(*(-count for count in most)))

    def add_unanswered(self, model: str, terms: Terms, most: Spent) -> None:
        """Set aside, for good, the likely cost of a call that was sent and not answered.

        It may be billed nevertheless, but the endpoint will not report it.
        """
        likely = Spent(1, 0, most.input_tokens // _LIKELY, most.output_tokens // _LIKELY)
        self.add(model, terms, likely)
        self._unanswered += 1

    @property
    def tokens(self) -> int:
        """All tokens that are set aside."""
        return sum(each.input_tokens + each.output_tokens for each in self._set_aside.values())

    @property
    def cost(self) -> float:
        """Their highest possible cost in US dollars, assuming nothing comes from a cache."""
        return sum(self._most_of(*whose, each) for whose, each in self._set_aside.items())

    @property
    def in_words(self) -> str:
        """A description of the reserve, to precede a number."""
        if not self._unanswered:
            return _COMING
        return f"{_COMING}, with {self._unanswered} that were sent and not answered,"

    def _most_of(self, model: str, terms: Terms, spent: Spent) -> float:
        """The higher of the prices in the tier asked for and the usual one: either may answer."""
        price = self._prices.get(model)
        if price is None:
            return 0.0
        prices = (price.at(terms), price.at(terms._replace(tier=USUAL.tier)))
        return max(each.most_of(spent) for each in prices)
