"""What the judges of a panel did in a run, one by one and beside each other, in numbers."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from nodes.judging.agreement import kappa_of
from nodes.judging.fitness import fitness_of
from nodes.judging.share import Share
from nodes.orders import ORDERS, judges_of, verdicts_by
from nodes.state import Round, Verdict
from nodes.unchanged import is_unchanged
from prompts.roles import Seat

_SAID: tuple[Verdict, ...] = ("edited", "original", "tie")
"""Verdicts that two judges can agree on; of what can't be read nobody knows."""


class PanelTally:
    """Counts over the rounds that more than one judge has judged."""

    def __init__(self) -> None:
        self.verdicts: defaultdict[Seat, Counter[tuple[str, str]]] = defaultdict(Counter)
        """Each judge's rounds by both verdicts, the order with the original first first."""
        self.said: defaultdict[Seat, Counter[Verdict]] = defaultdict(Counter)
        self.together: defaultdict[tuple[Seat, Seat], Counter[tuple[Verdict, Verdict]]]
        self.together = defaultdict(Counter)
        """Judgements of two judges of the same edit in the same order, by both verdicts."""
        self._longer: Counter[Seat] = Counter()
        self._unequal: Counter[Seat] = Counter()
        """Winners that were named, and of them the longer ones, where one was longer."""

    def add(self, round: Round) -> None:
        """Count a round; one that a single judge has judged is none of a panel's.

        Nor is one whose edit is unchanged: of two equal responses judges have nothing to tell.
        """
        if is_unchanged(round):
            return
        said: dict[Seat, list[Verdict | None]] = {
            judge: verdicts_by(judge, round) for judge in judges_of(round["judgements"])
        }
        self.add_verdicts(said, len(round["edit"]["response"]) - len(round["response"]))

    def add_verdicts(self, said: Mapping[Seat, Sequence[Verdict | None]], longer: int) -> None:
        """Count what each judge said of a pair, as ORDERS has it; None of an order not asked in.

        `longer` is by how many characters the edited response is longer.
        """
        if len(said) < 2:
            return
        for judge, (one, two) in said.items():
            if one is not None and two is not None:
                self.verdicts[judge][one, two] += 1
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

    def as_dict(self, models: Mapping[Seat, str], unit: str = "rounds") -> dict[str, Any]:
        """The counts and shares, by judge and by pair of judges; `unit` is what was judged."""
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
    """Share of the judgements that agree and Cohen's kappa, of those that could both be read."""
    counts = [[table[one, other] for other in _SAID] for one in _SAID]
    agreed = sum(table[each, each] for each in _SAID)
    judgements = sum(map(sum, counts))
    return {
        "judgements": judgements,
        "agreement": agreed / judgements if judgements else None,
        "kappa": kappa_of(counts),
    }


def panel_lines(panel: Mapping[str, Any]) -> list[str]:
    """Say of each judge what it said and what is unhealthy about it, of each two how they agree."""
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
    """Say of each two judges how far they agree."""
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
