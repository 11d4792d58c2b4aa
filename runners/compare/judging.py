"""Comparison: the judge of the paper, asked in both orders about responses that are there."""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple

from langchain_core.caches import BaseCache

from graph.comparison import graph
from nodes.conversation import ConversationContext
from nodes.state import Judgement, Verdict
from nodes.verdict import flags_of
from runners.calls import spending
from runners.calls.addresses import check_addresses
from runners.calls.admission import RunAdmission
from runners.calls.faults import CallError
from runners.calls.learning import learn, tell
from runners.calls.preflight import check_endpoints
from runners.calls.prices import Price, need_prices, prices_of
from runners.calls.spending import Spending, spent_on, sum_of
from runners.compare.judged import VERDICTS, Judged, JudgesChoice, PairOutcome
from runners.compare.pairs import Pair
from runners.compare.watch import ComparisonSnapshot, ComparisonView
from runners.errors import usage_errors
from runners.folder.records import failure_of
from runners.run.engine import Engine
from runners.run.event_loop import interruptible, run_in_event_loop
from runners.run.judge_watch import JudgeWatch
from runners.run.plan import Conduct
from runners.run.progress import Progress
from runners.storage import journal
from runners.storage.database import Database
from runners.storage.journal import Journal

SCHEMA = journal.SCHEMA + spending.SCHEMA

_CHOICES: dict[Verdict, JudgesChoice] = {verdict: choice for choice, verdict in VERDICTS.items()}


class Comparison(NamedTuple):
    """All pairs, judged, and what that took over all resumes."""

    judged: list[Judged]
    spent: Spending


def compare(
    pairs: list[Pair],
    context: ConversationContext,
    conduct: Conduct,
    database: Path,
    progress: Progress,
    shown: type[ComparisonSnapshot] = ComparisonSnapshot,
) -> Comparison:
    """Judge every pair in both orders; calls that the journal has are not made again.

    `database` keeps what was spent, and the journal if `conduct.cache` is none; `shown` is how it
    looks while at work. Pairs whose call fails for good are left without an outcome. Raises the
    RunError that ended it early.
    """
    prices = checked_prices(context, conduct)
    with ExitStack() as files:
        own = files.enter_context(closing(Database(database, SCHEMA)))
        kept = own
        if conduct.cache is not None:
            kept = files.enter_context(closing(Database(conduct.cache, journal.SCHEMA)))
        spent = Spending(own, prices, conduct.budget)
        work = _Judging(pairs, progress, shown)
        run_in_event_loop(work.do(context, conduct, Journal(kept, shared=kept is not own), spent))
    return Comparison(work.judged, spent)


def checked_prices(context: ConversationContext, conduct: Conduct) -> Mapping[str, Price | None]:
    """The prices of the models. Raises UsageError if the judge can't be asked as it should be."""
    judge = context.settings["judge"]
    with usage_errors():
        _ = context.pack
        prices = prices_of(context, conduct.price)
        check_addresses([judge])
    if conduct.budget.cost is not None:
        need_prices(prices, [judge.model])
    return prices


class _Judging:
    """Pairs at work."""

    def __init__(
        self, pairs: list[Pair], progress: Progress, shown: type[ComparisonSnapshot]
    ) -> None:
        self.judged = [_without_judge(pair) or Judged(pair) for pair in pairs]
        self._progress, self._shown = progress, shown

    async def do(
        self, context: ConversationContext, conduct: Conduct, cache: BaseCache, spent: Spending
    ) -> None:
        """Ask the judge about all pairs that need one."""
        asked = [index for index, each in enumerate(self.judged) if each.outcome is None]
        if not asked:
            return
        await check_endpoints([context.settings["judge"]])
        learned = await learn(context, ["judge"], strict=conduct.options.strict_params)
        context = context.with_learned(learned)
        tell(context, ["judge"], self._progress.say)
        admission = RunAdmission(conduct.options, cache, spent)
        engine = Engine(context, conduct.options, admission)
        watch = JudgeWatch(stops=conduct.stops_unfit_judge, unit="pairs")
        view = ComparisonView(self.judged, admission, spent, watch, self._shown)

        async def judge(index: int) -> None:
            judged = self.judged[index] = await _judge(self.judged[index].pair, engine)
            view.add(judged)
            self._tell(judged)
            watch.check(view.left)

        try:
            with interruptible(engine, self._progress.say):
                async with self._progress.follow(view):
                    await engine.each(iter(asked), judge)
        finally:
            await engine.close()

    def _tell(self, judged: Judged) -> None:
        pair, failure = judged.pair, judged.failure and judged.failure.model_dump()
        told = {"position": pair.position, "turn": pair.turn, "outcome": judged.outcome}
        self._progress.event("pair", **told, failure=failure)


async def _judge(pair: Pair, engine: Engine) -> Judged:
    state = _state(pair)
    try:
        output: dict[str, Any] = await graph.ainvoke(
            state, context=engine.context, output_keys=("judgements",)
        )
    except CallError as error:
        return Judged(pair, failure=failure_of(error))
    judgements: dict[str, Judgement] = output["judgements"]
    points = [
        sum(judgement[score] for judgement in judgements.values())
        for score in ("original_score", "edited_score")
    ]
    difference = points[1] - points[0]
    return Judged(
        pair,
        _outcome(difference),
        _CHOICES[judgements["judge_original_first"]["verdict"]],
        _CHOICES[judgements["judge_edited_first"]["verdict"]],
        flags=tuple(flags_of(state, engine.context)),
        difference=difference,
        usage=sum_of(map(spent_on, judgements.values())),
    )


def _state(pair: Pair) -> Any:
    """A round that has come to its judges: A is r, and B is what the editor made of it."""
    edit = {"text": pair.b, "response": pair.b, "finish_reason": "stop"}
    task = {"instruction": pair.instruction, "input": pair.input}
    return {**task, "response": pair.a, "edit": edit, "judgements": {}, "k": 1, "rounds": []}


def _outcome(difference: float) -> PairOutcome:
    """Eq. 4: who has more points over both orders."""
    return "win" if difference > 0 else "loss" if difference < 0 else "tie"


def _without_judge(pair: Pair) -> Judged | None:
    """What needs no judge: the same twice, or something against nothing."""
    if pair.a.strip() == pair.b.strip():
        return Judged(pair, "tie", unasked="identical")
    if not pair.a.strip() or not pair.b.strip():
        return Judged(pair, "win" if pair.b.strip() else "loss", unasked="blank")
    return None
