"""Counts of what the judges of a panel did in a run, one by one and in pairs."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from nodes.judging.agreement import kappa_of
from nodes.judging.fitness import NOT_ASKED, VerdictPair, fitness_of
from nodes.judging.share import Share
from nodes.orders import ORDERS, judges_of, verdicts_by
from nodes.state import Round, Verdict
from nodes.unchanged import is_unchanged
from prompts.roles import Seat

_SAID: tuple[Verdict, ...] = ("edited", "original", "tie")
"""Verdicts that two judges can agree on; unparsable ones are not compared."""


class PanelTally:
    """Counts over the rounds that more than one judge has judged."""

    def __init__(self) -> None:
        self.verdicts: defaultdict[Seat, Counter[VerdictPair]] = defaultdict(Counter)
        """Each judge's rounds by both verdicts, first the one with the original shown first."""
        self.said: defaultdict[Seat, Counter[Verdict]] = defaultdict(Counter)
        self.together: defaultdict[tuple[Seat, Seat], Counter[tuple[Verdict, Verdict]]]
        self.together = defaultdict(Counter)
        """Judgements of two judges on the same edit in the same order, by both verdicts."""
        self._longer: Counter[Seat] = Counter()
        self._unequal: Counter[Seat] = Counter()
        """Judgements with a winner on responses of unequal length, and those among them that
        name the longer one."""

    def add(self, round: Round) -> None:
        """Count a round judged by several judges, unless its edit is unchanged.

        Between equal responses there is nothing to judge.
        """
        if is_unchanged(round):
            return
        said: dict[Seat, list[Verdict | None]] = {
            judge: verdicts_by(judge, round) for judge in judges_of(round["judgements"])
        }
        self.add_verdicts(said, len(round["edit"]["response"]) - len(round["response"]))

    def add_verdicts(self, said: Mapping[Seat, Sequence[Verdict | None]], longer: int) -> None:
        """Count each judge's verdicts on a pair, by ORDERS; None for an order not asked.

        `longer` is by how many characters the edited response is longer.
        """
        if len(said) < 2:
            return
        for judge, (one, two) in said.items():
            if one is not None:
                self.verdicts[judge][one, two or NOT_ASKED] += 1
        for order in range(len(ORDERS)):
            told: dict[Seat, Verdict] = {
                judge: verdict for judge, both in said.items() if (verdict := both[order])
            }
            self._add_order(told, longer)

    def _add_order(self, said: Mapping[Seat, Verdict], longer: int) -> None:
        for judge, verdict in said.items():
            self.said[judge][verdict] += 1
            if longer and verdict in ("edited", "original"):
                self._unequal[judge] += 1
                self._longer[judge] += (verdict == "edited") == (longer > 0)
        for one, other in combinations(said, 2):
            self.together[one, other][said[one], said[other]] += 1

    @property
    def by_judge(self) -> Counter[VerdictPair]:
        """The verdicts of all judges together."""
        return sum(self.verdicts.values(), Counter[VerdictPair]())

    def as_dict(self, models: Mapping[Seat, str], unit: str = "rounds") -> dict[str, Any]:
        """Counts and shares, by judge and by pair of judges; `unit` is what was judged."""
        return {
            "judges": [self._judge(judge, model, unit) for judge, model in models.items()],
            "agreement": [
                {"judges": [models[one], models[other]], **_agreement(table)}
                for (one, other), table in self.together.items()
            ],
        }

    def _judge(self, judge: Seat, model: str, unit: str) -> dict[str, Any]:
        return {
            "judge": judge,
            "model": model,
            "verdicts": dict(self.said[judge]),
            **fitness_of(self.verdicts[judge]).as_dict(unit),
            "longer_share": Share(self._longer[judge], self._unequal[judge]).value,
        }


def _agreement(table: Counter[tuple[Verdict, Verdict]]) -> dict[str, Any]:
    """Share of agreeing judgements and Cohen's kappa, among those that both gave a verdict for."""
    counts = [[table[one, other] for other in _SAID] for one in _SAID]
    agreed = sum(table[each, each] for each in _SAID)
    judgements = sum(map(sum, counts))
    return {
        "judgements": judgements,
        "agreement": agreed / judgements if judgements else None,
        "kappa": kappa_of(counts),
    }


def panel_lines(panel: Mapping[str, Any]) -> list[str]:
    """Lines about each judge's verdicts and health, and how far each two agree."""
    judges = [
        f"judge {each['model']}: {_listed(each['verdicts'])}; first place wins "
        f"{_percent(each['first_place_share'])}, the longer one {_percent(each['longer_share'])}"
        for each in panel["judges"]
    ]
    return [*judges, *panel_warnings(panel), *agreement_lines(panel["agreement"])]


def panel_warnings(panel: Mapping[str, Any]) -> list[str]:
    """Say what is unhealthy about judges by themselves, which their sum may hide."""
    warned = [each for each in panel["judges"] if each.get("warning") is not None]
    return [f"judge {each['model']}: {each['warning']}" for each in warned]


def agreement_lines(agreement: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lines about how far each two judges agree."""
    return [
        f"{' and '.join(each['judges'])} agree in {_percent(each['agreement'])} of "
        f"{each['judgements']:,} judgements (kappa {_number(each['kappa'])})"
        for each in agreement
    ]


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "not asked"


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.0%}"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
