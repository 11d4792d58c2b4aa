"""Options of limits: what may be spent, and what tokens cost."""

from typing import Annotated, TypedDict

from annotated_types import Ge

from nodes.option import Option

_LIMITS = "Limits"

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


class SpendingLimits(TypedDict, total=False):
    """What may be spent."""

    budget: BudgetOption
    max_tokens_total: MaxTokensTotal


class Prices(TypedDict, total=False):
    """What tokens cost."""

    price_in: PriceIn
    price_out: PriceOut
