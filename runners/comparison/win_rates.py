"""Win rates: raw, and controlled for the length of responses."""

import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from runners.comparison.judged import Judged
from runners.extras import import_extra
from runners.people.agreement import PairOutcome

_SCORES: dict[PairOutcome, float] = {"win": 1.0, "tie": 0.5, "loss": 0.0}
"""A tie is half a win, as in AlpacaEval."""
_RESAMPLES = 9999
_CONFIDENCE = 0.95
_SEED = 0
_LARGEST = 12.0
"""Larger log odds come from a fit that diverges, or from lengths too far from equal."""


class Rates(NamedTuple):
    """Outcomes for side B."""

    wins: int
    ties: int
    losses: int
    win_rate: float | None
    """Wins plus half of the ties, as a share; None without pairs."""
    interval: tuple[float, float] | None
    """Its 95% interval, from a percentile bootstrap over rows; None for fewer than two rows. The
    turns of a conversation are one row and drawn together, because their outcomes are not
    independent."""


def need_statistics() -> None:
    """Raise UsageError if the packages are missing, before anything is paid."""
    for name in ("scipy.stats", "statsmodels.api"):
        _import(name)


def rates_of(outcomes: Sequence[PairOutcome], rows: Sequence[int] | None = None) -> Rates:
    """Count outcomes, and bootstrap their win rate (9,999 resamples with a fixed seed).

    `rows` gives the row of each outcome; without it, each outcome has its own row.
    """
    counts = Counter(outcomes)
    by_row: defaultdict[int, list[float]] = defaultdict(list)
    for row, outcome in zip(rows or range(len(outcomes)), outcomes, strict=True):
        by_row[row].append(_SCORES[outcome])
    total = sum(map(sum, by_row.values()))
    rate = total / len(outcomes) if outcomes else None
    interval = _interval(list(by_row.values()))
    return Rates(counts["win"], counts["tie"], counts["loss"], rate, interval)


def _interval(rows: list[list[float]]) -> tuple[float, float] | None:
    """The interval of the mean of all scores, grouped by row."""
    if len(rows) < 2:
        return None
    numpy, stats = (_import(name) for name in ("numpy", "scipy.stats"))

    def mean(sums: Any, counts: Any, axis: int) -> Any:
        return sums.sum(axis) / counts.sum(axis)

    found = stats.bootstrap(
        (numpy.asarray([sum(row) for row in rows]), numpy.asarray([len(row) for row in rows])),
        mean,
        paired=True,  # a row is drawn with all its outcomes
        n_resamples=_RESAMPLES,
        batch=100,  # resamples held in memory at once
        confidence_level=_CONFIDENCE,
        method="percentile",
        rng=numpy.random.default_rng(_SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def length_controlled(judged: Sequence[Judged]) -> float | None:
    """The win rate that B would have if its responses were as long as A's.

    The logistic regression of AlpacaEval 2 (Dubois et al., 2024): the probability of a win is
    sigmoid(theta + phi * tanh(d / s)), where d is the difference of lengths in characters and s its
    standard deviation; sigmoid(theta) is returned. That paper's third term, the difficulty of an
    instruction, is fitted over many models and omitted for a single pair. None if theta can't be
    determined: all outcomes are the same, all differences are nearly so, or length alone explains
    everything.
    """
    outcomes: list[PairOutcome] = [each.outcome for each in judged if each.outcome is not None]
    lengths = [
        float(len(each.pair.b) - len(each.pair.a)) for each in judged if each.outcome is not None
    ]
    if len(set(outcomes)) < 2 or len(set(lengths)) < 2:
        return None
    numpy, api = _import("numpy"), _import("statsmodels.api")
    separation = _import("statsmodels.tools.sm_exceptions").PerfectSeparationWarning
    bias = numpy.tanh(numpy.asarray(lengths) / numpy.std(lengths, ddof=1))
    terms = numpy.column_stack([numpy.ones_like(bias), bias])
    scores = [_SCORES[outcome] for outcome in outcomes]
    model = api.GLM(numpy.asarray(scores), terms, family=api.families.Binomial())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("error", separation)
        try:
            params = model.fit().params
        except separation:
            return None
    if max(abs(terms @ params).max(), abs(params[0])) > _LARGEST:
        return None
    return float(1 / (1 + numpy.exp(-params[0])))


def _import(name: str) -> Any:
    return import_extra(name, "Win rates", "compare")
