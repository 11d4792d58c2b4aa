"""Summary: what a run did, in numbers."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from nodes.models.settings import ModelSettings
from prompts.roles import Role
from runners.calls.spending import Spending, Spent, spent_on, sum_of
from runners.folder.ledger import Counts
from runners.folder.reasons import Reasons
from runners.folder.records import Evolution, Record, answers_by_role, rounds_of

ORDERS = ("judge_original_first", "judge_edited_first")
"""The judges' nodes, by which response each shows first."""


class Tally:
    """Counts over the records of a run."""

    def __init__(self) -> None:
        self.accepted: Counter[int] = Counter()
        """Rows by the number of rounds whose edit won."""
        self.stop_reasons: Counter[str] = Counter()
        self.verdicts: Counter[tuple[str, str]] = Counter()
        """Rounds by both verdicts, the order with the original first first."""
        self.flags: Counter[str] = Counter()
        self.failures = Reasons()
        """Why rows failed."""
        self.responses = 0
        """Responses, a conversation's turns one by one."""
        self.rounds = 0
        self.usage: dict[str, Spent] = {}
        """What the rounds' answers took, those from the journal included."""
        self.letters_before = 0
        self.letters_after = 0

    def add(self, record: Record) -> None:
        """Count a record; a row that failed in its first round counts as a failure only."""
        if record.failure is not None:
            self.failures.add(record.failure)
            if not rounds_of(record):
                return
        self.accepted[record.accepted] += 1
        self.flags.update(record.flags)
        if isinstance(record, Evolution):
            reason = record.stop_reason or "failed"
            self._add_response(record.original_response, record.response, reason)
        else:
            for turn in record.turns:
                reason = turn["stop_reason"] or turn["skipped"] or "failed"
                self._add_response(turn["original_response"], turn["response"], reason)
        for each in rounds_of(record):
            self.rounds += 1
            for role, answer in answers_by_role(each):
                self.usage[role] = self.usage.get(role, Spent()).plus(spent_on(answer))
            if all(order in each["judgements"] for order in ORDERS):
                one, two = (each["judgements"][order]["verdict"] for order in ORDERS)
                self.verdicts[one, two] += 1

    def _add_response(self, before: str, after: str, reason: str) -> None:
        self.responses += 1
        self.stop_reasons[reason] += 1
        self.letters_before += len(before)
        self.letters_after += len(after)

    def as_dict(self) -> dict[str, Any]:
        """The counts, with shares of all rounds that were judged in both orders."""
        responses = self.responses
        judged = self.verdicts.total()
        flips = sum(n for pair, n in self.verdicts.items() if set(pair) == {"original", "edited"})
        unparsable = sum(n * pair.count("unparsable") for pair, n in self.verdicts.items())
        return {
            "rounds": {
                "run": self.rounds,
                "rows_by_accepted": {str(k): self.accepted[k] for k in sorted(self.accepted)},
            },
            "responses": responses,
            "stop_reasons": dict(self.stop_reasons),
            "verdicts": [
                {"original_first": one, "edited_first": two, "rounds": count}
                for (one, two), count in self.verdicts.most_common()
            ],
            "flip_share": flips / judged if judged else None,
            "unparsable_share": unparsable / (2 * judged) if judged else None,
            "flags": dict(self.flags),
            "failures": self.failures.as_list(),
            "mean_response_letters": {
                "before": self.letters_before / responses if responses else None,
                "after": self.letters_after / responses if responses else None,
            },
        }


def summarize(
    counts: Counts,
    tally: Tally,
    spending: Spending,
    seconds: float,
    settings: Mapping[Role, ModelSettings],
) -> dict[str, Any]:
    """Make the contents of summary.json: money is null where a price is unknown, never 0.

    `usage` is what the records consist of, `calls` what endpoints answered for this run; `settings`
    are those of the roles; what other speakers of a user's own graph cost in it is not known.
    """
    total = spending.total
    answers = sum_of(tally.usage.values())
    models: dict[str, str] = {role: each.model for role, each in settings.items()}
    known = [(models[role], spent) for role, spent in tally.usage.items() if role in models]
    is_known = len(known) == len(tally.usage)
    return {
        "rows": {**counts._asdict(), "left": counts.left},
        **tally.as_dict(),
        "usage": {
            "calls": answers.calls,
            **_tokens(answers),
            "cost_usd": spending.cost_by_model(known) if is_known else None,
        },
        "calls": {**_spent(total), "cost_usd": spending.cost},
        "calls_by_role": [
            {
                "role": role,
                "model": model,
                **_spent(spent),
                "cost_usd": spending.cost_of(model, spent),
            }
            for (role, model), spent in sorted(spending.spent.items())
        ],
        "seconds": round(seconds, 3),
        "calls_per_second": round(total.calls / seconds, 3) if seconds else None,
    }


def _spent(spent: Spent) -> dict[str, int | None]:
    return {"answered": spent.calls, "without_usage": spent.untold, **_tokens(spent)}


def _tokens(spent: Spent) -> dict[str, int | None]:
    told = spent.calls > spent.untold
    return {
        "input_tokens": spent.input_tokens if told else None,
        "output_tokens": spent.output_tokens if told else None,
    }
