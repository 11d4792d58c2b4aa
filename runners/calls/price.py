"""A price: what each kind of a model's tokens costs, by the terms on which calls are billed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from runners.calls.spent import Spent

BATCH = "batch"
"""The tier of calls that go in batches, whatever tier an answer in one names."""


class Terms(NamedTuple):
    """What a call's price depends on beside its model."""

    tier: str = ""
    """The service tier that answered, such as `flex`, or `batch`; empty for the usual one."""
    over: int = 0
    """Tokens that its prompt has more of, where the price is another one from there on."""


USUAL = Terms()


class Price(NamedTuple):
    """US dollars a token. None for tokens that cost what others of the prompt or answer do."""

    input: float
    output: float
    cached: float | None = None
    """Tokens of a prompt that came from the endpoint's cache."""
    cache_written: float | None = None
    """Those that it wrote into its cache."""
    cache_written_1h: float | None = None
    """Those of these that it keeps for an hour; None where they cost what the others do."""
    reasoning: float | None = None
    """Tokens of an answer that went into thinking."""
    call: float = 0.0
    """US dollars for a call itself."""
    larger: tuple[tuple[int, "Price"], ...] = ()
    """The prices of calls whose prompt has more than so many tokens, from the fewest on."""
    tiers: Mapping[str, "Price"] = MappingProxyType({})
    """The prices of other service tiers; one that is not here is billed as usual."""

    @property
    def is_free(self) -> bool:
        """Whether nothing costs anything."""
        return not any(self[:7])

    def over(self, prompt_tokens: int) -> int:
        """The `Terms.over` of a call with such a prompt, 0 for most."""
        return max((start for start, _ in self.larger if prompt_tokens > start), default=0)

    def at(self, terms: Terms) -> "Price":
        """The price on these terms."""
        price = self.tiers.get(terms.tier, self)
        return dict(price.larger).get(terms.over, price)

    def cost_of(self, spent: Spent) -> float:
        """US dollars for these tokens, all on this price's own terms."""
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
        """US dollars less than without the cache; what was written into it is subtracted."""
        uncached = spent._replace(
            cached_tokens=0, cache_written_tokens=0, cache_written_1h_tokens=0
        )
        return self.cost_of(uncached) - self.cost_of(spent)

    def most_of(self, spent: Spent) -> float:
        """US dollars for these tokens if all are billed as the dearest of their kind.

        Those of the prompt that may be written for an hour are told by `cache_written_1h_tokens`.
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
