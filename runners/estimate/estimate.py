"""Estimate: calls, tokens and cost of a run, computed before anything is sent."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from graph.frameworks import Framework
from nodes.content import CHARACTERS_A_TOKEN
from nodes.context import Context
from nodes.state import Sample
from prompts.roles import Speaker
from runners.calls.price import USUAL, Price, Terms
from runners.calls.spent import Spent, sum_of
from runners.estimate.judging import judgement_tokens
from runners.estimate.known import NOTHING, Known
from runners.estimate.rounds import (
    ADVICE_TOKENS,
    GROWTH,
    SHORTEST_EDIT,
    SPEECH_TOKENS,
    RoundEstimator,
    Scenario,
)

ROUNDS = "Least: every row stops after one round. Most: every row goes through all rounds."


class Estimate(NamedTuple):
    """What a run will use if its samples go as assumed; money in US dollars, None if unknown."""

    rows: int
    spent: Spent
    cost: float | None
    saved: float | None = None
    """What reading prompts from caches saves; already subtracted from the cost."""


def assumptions(context: Context) -> str:
    """The lengths that an estimate assumes, in a sentence for the user."""
    tokens = dict.fromkeys(judgement_tokens(context, judge) for judge in context.judges)
    return (
        f"{CHARACTERS_A_TOKEN} characters a token; a speech has {SPEECH_TOKENS} tokens, "
        f"suggestions {ADVICE_TOKENS}, a judgement {' or '.join(map(str, tokens))}; an edit is "
        f"{GROWTH:g} times as long as the response, at least {SHORTEST_EDIT} tokens. For a better "
        "figure: --pilot 20."
    )


def estimate(
    samples: Iterable[Sample],
    context: Context,
    scenario: Scenario,
    prices: Mapping[str, Price | None],
    framework: Framework = "coevol",
    known: Known = NOTHING,
    terms: Terms = USUAL,
) -> Estimate:
    """Estimate a run in which the scenario holds for every sample, from the samples' lengths.

    `prices` are by model string, None for an unknown one.
    """
    estimator, rows = RoundEstimator(context, framework, scenario), 0
    total: dict[Speaker, Spent] = {}
    for sample in samples:
        rows += 1
        for calls in estimator.rounds(sample):
            for speaker, spent in calls.items():
                total[speaker] = total.get(speaker, Spent()).plus(spent)
    total = {speaker: known.added_to(speaker, spent) for speaker, spent in total.items()}
    cost, saved = (
        _dollars(total, context, prices, terms, amount)
        for amount in (Price.cost_of, Price.saved_on)
    )
    return Estimate(rows, sum_of(total.values()), cost, saved)


def _dollars(
    total: Mapping[Speaker, Spent],
    context: Context,
    prices: Mapping[str, Price | None],
    terms: Terms,
    amount: Callable[[Price, Spent], float],
) -> float | None:
    """An amount of US dollars summed over all speakers; None if the price of one is unknown."""
    dollars = 0.0
    for speaker, spent in total.items():
        price = prices[context.settings[speaker].model]
        if price is None:
            return None
        dollars += amount(price.at(terms), spent)
    return dollars
