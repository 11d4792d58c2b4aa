"""Pricing: the user's own price of tokens, from the options."""

from collections.abc import Mapping

from runners.calls.price import Price
from runners.errors import UsageError
from runners.options.limits import PricedKind
from runners.options.resolve import Params

_MILLION = 1_000_000
_THOUSAND = 1000


def read_price(params: Params) -> Price | None:
    """The user's own price, from dollars per million tokens, or per thousand calls.

    Raises UsageError.
    """
    given, said = params["price_in"], params["price_out"]
    if params["price"] is not None:
        return _price_of(params["price"], is_alone=given is said is None)
    if given is None and said is None:
        return None
    if given is None or said is None:
        raise UsageError("--price-in and --price-out go together")
    return Price(given / _MILLION, said / _MILLION)


def _price_of(kinds: Mapping[PricedKind, float], *, is_alone: bool) -> Price:
    if not is_alone:
        raise UsageError("--price tells what --price-in and --price-out do: give one of them")
    if "input" not in kinds or "output" not in kinds:
        raise UsageError("--price: input and output must be there, such as input=2.5,output=10")
    of = {kind: dollars / _MILLION for kind, dollars in kinds.items()}
    return Price(
        input=of["input"],
        output=of["output"],
        cached=of.get("cached"),
        cache_written=of.get("cache_write"),
        cache_written_1h=of.get("cache_write_1h"),
        reasoning=of.get("reasoning"),
        call=kinds.get("calls", 0.0) / _THOUSAND,
    )
