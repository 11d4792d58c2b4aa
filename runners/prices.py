"""Prices of models, from the table that genai-prices maintains, or the user's own."""

from typing import NamedTuple

from nodes.context import Context
from nodes.models import endpoint_of, split_model
from nodes.settings import ModelSettings


class Price(NamedTuple):
    """US dollars a token."""

    input: float
    output: float


def price_of(settings: ModelSettings, own: Price | None = None) -> Price | None:
    """The price of a model: the user's own, else the table's; None where it is unknown.

    The rehearsal model costs nothing. A model behind an address that the table does not know has
    no known price, whatever its name.
    """
    provider, name = split_model(settings.model)
    if provider == "rehearsal":
        return Price(0.0, 0.0)
    if own is not None:
        return own
    endpoint = endpoint_of(settings)
    if endpoint is None:
        return None
    return _look_up(name, endpoint.base_url)


def prices_of(context: Context, own: Price | None = None) -> dict[str, Price | None]:
    """The price of every model that the context names, by model string. Raises ModelError."""
    return {each.model: price_of(each, own) for each in context.settings.values()}


def _look_up(name: str, base_url: str) -> Price | None:
    from genai_prices import Usage, calc_price

    def cost(usage: Usage) -> float:
        return float(calc_price(usage, name, provider_api_url=base_url).total_price)

    try:
        return Price(
            cost(Usage(input_tokens=1000)) / 1000,
            cost(Usage(output_tokens=1000)) / 1000,
        )
    except LookupError:  # no such provider or model in the table
        return None
