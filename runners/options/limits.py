"""Options of limits: what may be spent, and what tokens cost."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge

from nodes.option import Option, OptionError

_LIMITS = "Limits"

PricedKind = Literal[
    "input", "cached", "cache_write", "cache_write_1h", "output", "reasoning", "calls"
]
"""What has a price of its own: kinds of tokens, and calls themselves."""


def read_kinds(said: str | list[str]) -> dict[str, str]:
    """Read `KIND=DOLLARS,KIND=DOLLARS`."""
    text = said if isinstance(said, str) else ",".join(said)
    pairs = [each.strip().partition("=") for each in text.split(",")]
    if not all(name and equals and value for name, equals, value in pairs):
        raise OptionError("write KIND=DOLLARS,..., such as input=2.5,cached=0.25,output=10")
    return {name.strip(): value.strip() for name, _, value in pairs}


BudgetOption = Annotated[
    float | None,
    Ge(0),
    Option(None, "Most US dollars to spend in all: the run stops before the next call.", _LIMITS),
]
MaxTokensTotal = Annotated[
    int | None, Ge(1), Option(None, "Most tokens to use in all, likewise.", _LIMITS)
]
PriceIn = Annotated[
    float | None,
    Ge(0),
    Option(None, "US dollars a million prompt tokens, where no table knows the model.", _LIMITS),
]
PriceOut = Annotated[
    float | None, Ge(0), Option(None, "US dollars a million answer tokens, likewise.", _LIMITS)
]

PriceOption = Annotated[
    Mapping[PricedKind, Annotated[float, Ge(0)]] | None,
    Option(
        None,
        "The same for each kind of token: input, cached (read from a cache), cache_write, "
        "cache_write_1h (kept there for an hour), output, reasoning. Input and output must be "
        "given. The others cost as much as those if they are not given, and cache_write_1h as much "
        "as cache_write. The price of a call itself is calls, in US dollars a thousand.",
        _LIMITS,
        typed=str | None,
        read=read_kinds,
        metavar="KIND=DOLLARS,...",
        example={"input": 2.5, "cached": 0.25, "cache_write": 3.125, "output": 10},
    ),
]


class SpendingLimits(TypedDict, total=False):
    """What may be spent."""

    budget: BudgetOption
    max_tokens_total: MaxTokensTotal


class Prices(TypedDict, total=False):
    """What tokens cost."""

    price_in: PriceIn
    price_out: PriceOut
    price: PriceOption
