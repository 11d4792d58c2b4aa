"""Summary: what a run did, in numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from graph.frameworks import Framework
from nodes.answer import is_unfinished
from nodes.context import Context
from nodes.guards.finish import ending_of
from nodes.judging.fitness import NOT_ASKED, Fitness, VerdictPair, fitness_of
from nodes.models.request import limit_of
from nodes.orders import fitness_verdicts_of
from nodes.state import Answer
from nodes.unchanged import Edits, edit_in
from prompts.roles import Seat, Speaker
from runners.calls.spending import SpendingReader
from runners.calls.spent import NOTHING, Spent, spent_on, sum_of
from runners.calls.spent_table import Account
from runners.folder.cut_off import Limits, has_cut_off, is_out_of_context
from runners.folder.guard_tally import GuardTally, saving_of
from runners.folder.ledger import Counts
from runners.folder.panel_tally import PanelTally
from runners.folder.reasons import Reasons
from runners.folder.records import Evolution, Record, answers_by_role, rounds_of
from runners.folder.tier_tally import calls_by_tier

ENDINGS = ("finished", "cut_off", "unfinished", "filtered")
"""How answers end: as they should, cut off, before they came after the thinking, or filtered."""
OUT_OF_TOKENS = "unfinished_at_max_tokens"
"""Those of the unfinished that a limit has cut off; the others stopped by themselves."""
_ALSO_BESIDE = ("flip_share", "unparsable_share", "unfinished_share")
"""What of the judge's part stands beside it, too, where it has always been."""
_FORMER_NAMES = {
    "evolved": "finished",
    "mean_response_letters": "mean_response_characters",
}
"""What summaries of 0.1.0 before its release called what has another name now."""


class Tally:
    """Counts over the records of a run."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Count nothing yet; `limits` are needed to tell why answers were cut off."""
        self._limits = limits or {}
        self.accepted: Counter[int] = Counter()
        """Rows by the number of rounds whose edit won."""
        self.stop_reasons: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()
        """Rows that passed untouched, by reason."""
        self.repeats = 0
        """Rows that took over what came of another one."""
        self.verdicts: Counter[VerdictPair] = Counter()
        """Rounds by both verdicts, the order with the original first first."""
        self.decided_once: Counter[VerdictPair] = Counter()
        """Those that the first order has decided; the second is NOT_ASKED."""
        self.edits = Edits()
        """Rounds, and those of them whose edit is unchanged: they are in no verdict."""
        self.endings: Counter[tuple[str, str]] = Counter()
        """Answers by role and by how they ended."""
        self.finish_reasons: Counter[str] = Counter()
        """The same in the endpoints' words."""
        self.flags: Counter[str] = Counter()
        self.guards = GuardTally()
        self.cut_off = 0
        """Finished rows with an answer that was cut off."""
        self.out_of_context = 0
        """Those of them that the model's context has cut off, and no limit."""
        self.panel = PanelTally()
        self.failures = Reasons()
        """Why rows failed."""
        self.responses = 0
        """Responses, a conversation's turns one by one."""
        self.usage: dict[str, Spent] = {}
        """What the rounds' answers took, those from the journal included."""
        self.characters_before = 0
        self.characters_after = 0

    @property
    def accepted_where_evolved(self) -> Counter[int]:
        """Rows by accepted rounds, without those that passed untouched (the rest of a sample)."""
        return self.accepted - Counter({0: self.passed.total()})

    @property
    def fitness(self) -> Fitness:
        """What the verdicts say of the judge, or panel."""
        return fitness_of(self.verdicts + self.decided_once, self.panel.by_judge)

    def add(self, record: Record) -> None:
        """Count a record; a row that failed in its first round counts as a failure only."""
        self.repeats += record.same_as is not None
        if record.failure is not None:
            self.failures.add(record.failure)
            if not rounds_of(record):
                return
        self.accepted[record.accepted] += 1
        if record.skipped is not None:
            self.passed[record.skipped] += 1
            return
        self.flags.update(record.flags)
        if has_cut_off(record):
            self.cut_off += 1
            self.out_of_context += is_out_of_context(record, self._limits)
        if isinstance(record, Evolution):
            reason = record.stop_reason or "failed"
            self._add_response(record.original_response, record.response, reason)
        else:
            for turn in record.turns:
                reason = turn["stop_reason"] or turn["skipped"] or "failed"
                self._add_response(turn["original_response"], turn["response"], reason)
        for each in rounds_of(record):
            self.edits = self.edits.plus(edit_in(each))
            self.guards.add(each)
            self.panel.add(each)
            for role, answer in answers_by_role(each):
                self._add_answer(role, answer)
            if (told := fitness_verdicts_of(each)) is not None:
                is_once = NOT_ASKED in told.pair
                (self.decided_once if is_once else self.verdicts)[told.pair] += 1

    def _add_answer(self, role: str, answer: Answer) -> None:
        self.usage[role] = self.usage.get(role, NOTHING).plus(spent_on(answer))
        ending = ending_of(answer["finish_reason"])
        unfinished = is_unfinished(answer)
        self.endings[role, "unfinished" if unfinished else ending] += 1
        self.endings[role, OUT_OF_TOKENS] += unfinished and ending == "cut_off"
        self.finish_reasons[str(answer["finish_reason"])] += 1

    def _add_response(self, before: str, after: str, reason: str) -> None:
        self.responses += 1
        self.stop_reasons[reason] += 1
        self.characters_before += len(before)
        self.characters_after += len(after)

    def as_dict(self) -> dict[str, Any]:
        """The counts, with shares of the rounds whose two responses were judged in both orders."""
        responses = self.responses
        judge = self.fitness.as_dict()
        return {
            "rounds": {
                "run": self.edits.rounds,
                "rows_by_accepted": {str(k): self.accepted[k] for k in sorted(self.accepted)},
            },
            "responses": responses,
            "stop_reasons": dict(self.stop_reasons),
            "passed": dict(self.passed),
            "repeats": self.repeats,
            "verdicts": [
                {"original_first": one, "edited_first": two, "rounds": count}
                for (one, two), count in self.verdicts.most_common()
            ],
            **{name: judge[name] for name in _ALSO_BESIDE},
            "judge": judge,
            "editor": self.edits.as_dict(),
            "finish_reasons": dict(self.finish_reasons),
            "flags": dict(self.flags),
            "failures": self.failures.as_list(),
            "mean_response_characters": {
                "before": self.characters_before / responses if responses else None,
                "after": self.characters_after / responses if responses else None,
            },
        }


def summarize(
    counts: Counts,
    tally: Tally,
    spending: SpendingReader,
    seconds: float,
    context: Context,
    framework: Framework,
    earlier: Sequence[Context] = (),
) -> dict[str, Any]:
    """Make the contents of summary.json: money is null where a price is unknown, never 0.

    `usage` is what the records consist of, at usual prices, `calls` what endpoints answered for
    this run; what other speakers of a user's own graph than the roles of `context` cost in it is
    not known. `earlier` are the run's settings before its limits were raised.
    """
    settings = context.settings
    total, costs = spending.total, spending.costs
    answers = sum_of(tally.usage.values())
    models: dict[str, str] = {role: each.model for role, each in settings.items()}
    limits = {str(role): limit_of(each) for role, each in settings.items()}
    raised = {str(role): _limits_before(role, earlier, limits[role]) for role in settings}
    known = {Account(r, models[r]): spent for r, spent in tally.usage.items() if r in models}
    is_known = len(known) == len(tally.usage)
    return {
        "rows": {**counts._asdict(), "left": counts.left},
        **tally.as_dict(),
        "endings": [
            {"role": role, "max_tokens": limits.get(role)}
            | ({"raised_from": raised[role]} if raised.get(role) else {})
            | {ending: tally.endings[role, ending] for ending in (*ENDINGS, OUT_OF_TOKENS)}
            for role in tally.usage
        ],
        "rows_cut_off": tally.cut_off,
        **({"rows_cut_by_context": context_ends} if (context_ends := tally.out_of_context) else {}),
        "guards": tally.guards.as_dict(saving_of(framework, context)),
        **_panel(tally, context),
        "usage": {
            "calls": answers.calls,
            **answers.tokens,
            "cost_usd": spending.cost_of_all(known) if is_known else None,
        },
        "calls": {
            **_spent(total),
            "cost_usd": spending.cost,
            "cached_share": total.cached_share,
            "saved_usd": spending.saved,
        },
        **({"calls_by_tier": tiers} if (tiers := calls_by_tier(spending)) else {}),
        "calls_by_role": [
            {
                "role": role,
                "model": model,
                **_spent(spent),
                "cost_usd": costs[role, model],
            }
            for (role, model), spent in sorted(spending.spent.items())
        ],
        "seconds": round(seconds, 3),
        "calls_per_second": round(total.calls / seconds, 3) if seconds else None,
    }


def _limits_before(role: Speaker, earlier: Iterable[Context], now: int | None) -> list[int | None]:
    """The limits that a role had before its present one."""
    before = dict.fromkeys(limit_of(each.settings[role]) for each in earlier)
    return [limit for limit in before if limit != now]


def _panel(tally: Tally, context: Context) -> dict[str, Any]:
    """What each judge of a panel did; nothing where one judges alone."""
    models: dict[Seat, str] = {each: context.settings[each].model for each in context.judges}
    return {"panel": tally.panel.as_dict(models)} if len(models) > 1 else {}


def _spent(spent: Spent) -> dict[str, Any]:
    return {"answered": spent.calls, "without_usage": spent.untold, **spent.tokens}


def read_summary(path: Path) -> dict[str, Any]:
    """Read a summary.json, also an older one, whose names become those of today.

    Raises OSError or orjson.JSONDecodeError.
    """
    summary = _with_present_names(orjson.loads(path.read_bytes()))
    return {**summary, "rows": _with_present_names(summary["rows"])}


def _with_present_names(part: Mapping[str, Any]) -> dict[str, Any]:
    return {_FORMER_NAMES.get(name, name): value for name, value in part.items()}
