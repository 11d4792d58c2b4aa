"""Prices: what each kind of a model's tokens costs, by the terms of a call."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from runners.calls.spent import Spent

BATCH = "batch"
"""The tier of calls in batches, whatever tier their answers name."""


class Terms(NamedTuple):
    """What a call's price depends on besides its model."""

    tier: str = ""
    """The service tier that answered, such as `flex`, or `batch`; empty for the usual one."""
    over: int = 0
    """The threshold that its prompt exceeds, in tokens, if longer prompts have another price;
    else 0."""


USUAL = Terms()


class Price(NamedTuple):
    """US dollars per token. None for a kind of token that costs the same as the others."""

    input: float
    output: float
    cached: float | None = None
    """Prompt tokens read from the endpoint's cache."""
    cache_written: float | None = None
    """Prompt tokens written into the cache."""
    cache_written_1h: float | None = None
    """Those written for an hour; None if they cost the same as the others."""
    reasoning: float | None = None
    """Answer tokens spent on thinking."""
    call: float = 0.0
    """US dollars per call."""
    larger: tuple[tuple[int, "Price"], ...] = ()
    """Prices of calls whose prompt exceeds a number of tokens, by that number, ascending."""
    tiers: Mapping[str, "Price"] = MappingProxyType({})
    """Prices of other service tiers; a tier that is missing is billed as usual."""

    @property
    def is_free(self) -> bool:
        """Whether everything is free."""
        return not any(self[:7])

    def over(self, prompt_tokens: int) -> int:
        """The `Terms.over` of a call with a prompt of this size; usually 0."""
        return max((start for start, _ in self.larger if prompt_tokens > start), default=0)

    def at(self, terms: Terms) -> "Price":
        """The price on these terms."""
        price = self.tiers.get(terms.tier, self)
        return dict(price.larger).get(terms.over, price)

    def cost_of(self, spent: Spent) -> float:
        """US dollars for these tokens, all at this price."""
        plain = spent.input_tokens - spent.cached_tokens - spent.cache_written_tokens
        for_minutes = spent.cache_written_tokens - spent.cache_written_1h_tokens
        return (
            spent.calls * self.call
            + plain * self.input
            + spent.cached_tokens * _or(self.cached, self.input)
            + for_minutes * self._written
            + spent.cache_written_1h_tokens * _or(self.cache_written_1h, self._written)
            + (spent.output_tokens - spent.reasoning_tokens) * self.output
            + spent.reasoning_tokens * _or(self.reasoning, self.output)
        )

    def saved_on(self, spent: Spent) -> float:
        """US dollars saved by the cache, less the extra cost of writing into it."""
        uncached = spent._replace(
            cached_tokens=0, cache_written_tokens=0, cache_written_1h_tokens=0
        )
        return self.cost_of(uncached) - self.cost_of(spent)

    def most_of(self, spent: Spent) -> float:
        """US dollars for these tokens if all are billed at the highest price of their kind.

        `cache_written_1h_tokens` are the prompt tokens that may be written for an hour.
        """
        dearest_input, dearest_output = (
            max(self.input, self._written),
            max(self.output, _or(self.reasoning, self.output)),
        )
        for_an_hour = max(dearest_input, _or(self.cache_written_1h, self._written)) - dearest_input
        return (
            spent.calls * self.call
            + spent.input_tokens * dearest_input
            + spent.cache_written_1h_tokens * for_an_hour
            + spent.output_tokens * dearest_output
        )

    @property
    def _written(self) -> float:
        return _or(self.cache_written, self.input)


def _or(price: float | None, usual: float) -> float:
    return usual if price is None else price
