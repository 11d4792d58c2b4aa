"""Prices from genai-prices' table, looked up once per model, because importing it is slow."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from genai_prices import Usage, calc_price
from genai_prices.types import ModelPrice, PriceCalculation, PriceVariant, TieredPrices

from runners.calls.price import Price

_SMALL = 1000
"""A prompt size, in tokens, below every threshold of the table."""
_TIERS = ("service_tier", "processing")
"""The conditions of the table that are tiers here, such as `service_tier=flex` and
`processing=batch`. Others, such as `route`, are not."""


_FLEX_AS_BATCH = re.compile(r"https://generativelanguage\.googleapis\.com(/|$)")
"""Where flex costs the same as a batch, half of the usual price, but the table only lists
batches: according to Gemini's page on service tiers (ai.google.dev/gemini-api/docs/optimization,
November 2026)."""


def listed_price(name: str, base_url: str) -> Price | None:
    """The price of the model with this name at this address; None if the table has none."""
    usual = _Rates(name, base_url, {})
    try:
        listed = calc_price(Usage(input_tokens=_SMALL), name, provider_api_url=base_url)
    except LookupError:  # no such provider or model in the table
        return None
    tiers = _tiers(listed.model.price_variants or ())
    found = {tier: _Rates(name, base_url, given).price for tier, given in tiers.items()}
    if _FLEX_AS_BATCH.match(base_url) and "flex" not in found and "batch" in found:
        found["flex"] = found["batch"]
    return usual.price._replace(tiers=found)


def _tiers(variants: Iterable[PriceVariant]) -> dict[str, dict[str, str]]:
    """The conditions that select each tier in the table, by the tier's name."""
    told = (each.when for each in variants if len(each.when) == 1)
    return {tier: when for when in told for name, tier in when.items() if name in _TIERS}


class _Rates(NamedTuple):
    """A model's prices in one tier."""

    name: str
    base_url: str
    context: Mapping[str, str]

    @property
    def price(self) -> Price:
        """The price, with those of longer prompts."""
        prices = self._listed(Usage()).model_price
        larger = tuple((start, self._of(start + 1)) for start in _starts(prices))
        return self._of(_SMALL)._replace(larger=larger)

    def _of(self, size: int) -> Price:
        """The price for prompts of this size, computed by the table's own code."""
        prompt = self._cost(size)
        said = self._cost(size, output_tokens=size)
        thought = self._cost(size, output_tokens=size, output_reasoning_tokens=size)
        return Price(
            input=float(prompt / size),
            output=float((said - prompt) / size),
            cached=float(self._cost(size, cache_read_tokens=size) / size),
            cache_written=float(self._cost(size, cache_write_tokens=size) / size),
            cache_written_1h=float(
                self._cost(size, cache_write_tokens=size, cache_write_1h_tokens=size) / size
            ),
            reasoning=float((thought - prompt) / size),
            call=float(self._listed(Usage()).total_price),
        )

    def _cost(self, prompt: int, **tokens: int) -> Decimal:
        """US dollars for the tokens of a call, without the price of the call itself."""
        asked = self._listed(Usage(input_tokens=prompt, **tokens)).total_price
        return asked - self._listed(Usage()).total_price

    def _listed(self, usage: Usage) -> PriceCalculation:
        url = self.base_url
        return calc_price(usage, self.name, provider_api_url=url, price_context=self.context)


def _starts(prices: ModelPrice) -> list[int]:
    """The prompt sizes at which prices change."""
    tiered = (each for each in vars(prices).values() if isinstance(each, TieredPrices))
    return sorted({tier.start for each in tiered for tier in each.tiers})
