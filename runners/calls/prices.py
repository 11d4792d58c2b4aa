"""Prices of models, from the table that genai-prices maintains, or the user's own."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from nodes.context import Context
from nodes.models.names import endpoint_of, split_model
from nodes.models.settings import ModelSettings


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


def prices_of(context: Context, own: Price | None = None) -> Mapping[str, Price | None]:
    """The price of every model that the context names, by model string. Raises ModelError."""
    settings = {each.model: each for each in context.settings.values()}
    for each in settings.values():  # a model that is none is told now
        _ = split_model(each.model) if own else endpoint_of(each)
    return _Prices(settings, own)


class _Prices(Mapping[str, Price | None]):
    """Prices, looked up when somebody asks: a run's first call need not wait for the table."""

    def __init__(self, settings: Mapping[str, ModelSettings], own: Price | None) -> None:
        self._settings, self._own = settings, own
        self._found: dict[str, Price | None] = {}

    def __getitem__(self, model: str) -> Price | None:
        if model not in self._found:
            self._found[model] = price_of(self._settings[model], self._own)
        return self._found[model]

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)


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
