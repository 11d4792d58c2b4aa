"""The collector: gives Prometheus' client the latest figures at each scrape."""

from collections.abc import Iterable, Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from runners.watching.figures import Figures

_WHOSE = ("role", "model")


class FiguresCollector(Collector):
    """Exposes the figures that it was given last."""

    figures: Figures | None = None
    """None before work has begun."""

    def describe(self) -> Iterable[Metric]:
        """Describe nothing in advance: the metrics depend on the work."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The latest figures as metrics."""
        if (now := self.figures) is not None:
            yield from (_outcomes(now), _tokens(now), _cost(now), *_places(now))
            yield from (*_judge(now), *_editor(now))


def _outcomes(now: Figures) -> Metric:
    what = f"{now.unit.capitalize()} by outcome, including those that are left."
    found = GaugeMetricFamily(f"coevol_{now.unit}", what, labels=("outcome",))
    for outcome, count in now.outcomes.items():
        found.add_metric((outcome,), count)
    return found


def _tokens(now: Figures) -> Metric:
    what = "Tokens that endpoints reported, over all starts; kinds overlap."
    found = CounterMetricFamily("coevol_tokens", what, labels=(*_WHOSE, "kind"))
    for whose, spent in now.spent.items():
        for kind, tokens in spent.tokens.items():
            if isinstance(tokens, int):
                found.add_metric((*whose, kind.removesuffix("_tokens")), tokens)
    return found


def _cost(now: Figures) -> Metric:
    what = "US dollars spent over all starts, where the price is known."
    found = CounterMetricFamily("coevol_cost_usd", what, labels=_WHOSE)
    for whose, cost in now.cost.items():
        found.add_metric(whose, cost)
    return found


def _places(now: Figures) -> Iterator[Metric]:
    told = {
        "in_flight": "Calls in flight.",
        "limit": "Calls that may be in flight at present.",
        "rate_limit": "Calls a second that may start at present, where something limits them.",
    }
    for name, what in told.items():
        found = GaugeMetricFamily(f"coevol_calls_{name}", what, labels=("endpoint",))
        for endpoint, places in now.endpoints.items():
            if (value := getattr(places, name)) is not None:
                found.add_metric((endpoint,), value)
        yield found


def _judge(now: Figures) -> Iterator[Metric]:
    """Shares of the judge's latest verdicts, and of how many rounds; without unknown shares."""
    rounds = now.judge.rounds
    yield GaugeMetricFamily(
        "coevol_judge_rounds", "Rounds from which the shares of the judge are.", value=rounds
    )
    for name, share in now.judge.as_dict().items():
        if name.endswith("_share") and share is not None:
            what = "Share of the judge's last verdicts, from 0 to 1."
            yield GaugeMetricFamily(f"coevol_judge_{name}", what, value=share)


def _editor(now: Figures) -> Iterator[Metric]:
    """The share of the latest edits that are unchanged, if there were any."""
    if now.edits is None or not now.edits.rounds:
        return
    yield GaugeMetricFamily(
        "coevol_editor_rounds",
        "Rounds from which the share of the editor is.",
        value=now.edits.rounds,
    )
    yield GaugeMetricFamily(
        "coevol_editor_unchanged_share",
        "Share of the last edits that are the response itself, from 0 to 1.",
        value=now.edits.unchanged / now.edits.rounds,
    )
