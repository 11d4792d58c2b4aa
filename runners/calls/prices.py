"""Prices of models, from the table that genai-prices maintains, or the user's own."""

from collections.abc import Iterable, Iterator, Mapping

from nodes.context import Context
from nodes.models.names import address_of, split_model
from nodes.models.providers import GGUF, REHEARSAL
from nodes.models.settings import ModelSettings
from runners.calls.price import Price
from runners.errors import UsageError


def price_of(settings: ModelSettings, own: Price | None = None) -> Price | None:
    """The price of a model: the user's own, else the table's; None if unknown.

    Models inside the process are free. A model at an address that the table does not know has no
    known price, whatever its name. Raises ModelError if the model string is wrong.
    """
    provider, name = split_model(settings.model)
    if provider in (REHEARSAL, GGUF):
        return Price(0.0, 0.0)
    if own is not None:
        return own
    base_url = address_of(settings.model, settings.base_url)
    if base_url is None:
        return None
    from runners.calls.price_table import listed_price

    return listed_price(name, base_url)


def prices_of(context: Context, own: Price | None = None) -> Mapping[str, Price | None]:
    """The price of every model in the context, by model string; needs no key.

    Raises ModelError if one of the strings names no model.
    """
    settings = {each.model: each for each in context.settings.values()}
    for model in settings:
        split_model(model)
    return _Prices(settings, own)


def need_prices(prices: Mapping[str, Price | None], models: Iterable[str]) -> None:
    """Raise UsageError if a model has no known price, which a budget in dollars needs."""
    unknown = ", ".join(model for model in sorted(set(models)) if prices[model] is None)
    if unknown:
        hint = "give --price-in and --price-out"
        raise UsageError(f"--budget: no price known for {unknown}; {hint}")


class _Prices(Mapping[str, Price | None]):
    """Prices, looked up when first needed, so that a run's first call need not wait for them."""

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
