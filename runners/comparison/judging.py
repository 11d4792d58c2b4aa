"""Judging pairs: the paper's judge compares existing responses in both orders."""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from langchain_core.caches import BaseCache

from nodes.context import Context
from nodes.conversation import ConversationContext
from nodes.role_settings import first_line_key
from nodes.scores import Scores, advances
from nodes.verdict import flags_of
from prompts.roles import Seat
from runners.calls import spent_table
from runners.calls.addresses import check_addresses
from runners.calls.affinity import CURRENT_ROW
from runners.calls.faults import CallError
from runners.calls.learning import has_learned_all, learn, tell
from runners.calls.preflight import check_endpoints
from runners.calls.price import Price
from runners.calls.prices import need_prices, prices_of
from runners.calls.run_admission import RunAdmission
from runners.calls.spending import Spending
from runners.calls.spent import spent_on, sum_of
from runners.comparison import first_lines
from runners.comparison.asking import PairJudgement, judge_pair, round_of
from runners.comparison.judged import CHOICES, Judged
from runners.comparison.pairs import Pair
from runners.comparison.watch import ComparisonSnapshot, ComparisonView
from runners.errors import Stopped, UsageError, usage_errors
from runners.folder.records import failure_of
from runners.people.agreement import PairOutcome
from runners.run.engine import Engine
from runners.run.event_loop import Interrupts, interruptible, run_in_event_loop
from runners.run.fitting import fitted, lengths
from runners.run.judge_watch import JudgeWatch
from runners.run.plan import Conduct
from runners.run.progress import Progress
from runners.storage import journal
from runners.storage.database import Database
from runners.storage.journal import Journal

SCHEMA = journal.SCHEMA + spent_table.SCHEMA + first_lines.SCHEMA


class Comparison(NamedTuple):
    """All pairs with their outcomes, and what they cost over all resumes."""

    judged: list[Judged]
    spent: Spending


def compare(
    pairs: list[Pair],
    context: ConversationContext,
    conduct: Conduct,
    database: Path,
    progress: Progress,
    shown: type[ComparisonSnapshot] = ComparisonSnapshot,
    interrupts: Interrupts = interruptible,
) -> Comparison:
    """Judge every pair in both orders; calls found in the journal are not sent again.

    `database` keeps what was spent, and the journal unless `conduct.cache` is given. `shown` is the
    view for progress, `interrupts` handles Ctrl+C. A pair whose call fails for good has no outcome.
    Raises the RunError that ended it early.
    """
    prices = checked_prices(context, conduct)
    with ExitStack() as files:
        own = files.enter_context(closing(Database(database, SCHEMA)))
        kept = own
        if conduct.cache is not None:
            kept = files.enter_context(closing(Database(conduct.cache, journal.SCHEMA)))
        spent = Spending(own, prices, conduct.budget)
        work = _Judging(pairs, progress, shown, interrupts)
        cache = Journal(kept, shared=kept is not own)
        run_in_event_loop(work.do(context, conduct, cache, spent, own))
    return Comparison(work.judged, spent)


def judge_models(context: Context) -> dict[Seat, str]:
    """The models of the judges."""
    return {judge: context.settings[judge].model for judge in context.judges}


def checked_prices(context: ConversationContext, conduct: Conduct) -> Mapping[str, Price | None]:
    """The prices of the models. Raises UsageError if the judge can't be asked as configured."""
    judges = [context.settings[judge] for judge in context.judges]
    with usage_errors():
        _ = context.pack
        context.check_judges()
        prices = prices_of(context, conduct.price)
        check_addresses(judges)
    if conduct.budget.cost is not None:
        need_prices(prices, (judge.model for judge in judges))
    return prices


class _Judging:
    """Pairs being judged."""

    def __init__(
        self,
        pairs: list[Pair],
        progress: Progress,
        shown: type[ComparisonSnapshot],
        interrupts: Interrupts,
    ) -> None:
        self.judged = [_without_judge(pair) or Judged(pair) for pair in pairs]
        self._progress, self._shown, self._interrupts = progress, shown, interrupts

    async def do(
        self,
        context: ConversationContext,
        conduct: Conduct,
        cache: BaseCache,
        spent: Spending,
        database: Database,
    ) -> None:
        """Ask the judge about all pairs that need one; `database` keeps how judges are asked."""
        asked = [index for index, each in enumerate(self.judged) if each.outcome is None]
        if not asked:
            return
        judges = context.judges
        await check_endpoints(context.settings[judge] for judge in judges)
        pairs = (self.judged[index].pair for index in asked)
        compared = (lengths(each.instruction + each.input, each.a, each.b) for each in pairs)
        options = fitted(conduct.options, context, judges, compared, self._progress.say)
        learned = await learn(context, judges, options)
        if context.economy and has_learned_all(context, judges, learned):
            keys = {first_line_key(context.settings[judge]) for judge in judges}
            is_new = not spent.total.calls
            learned = first_lines.as_first_found(learned, keys, database, is_new=is_new)
        context = context.with_learned(learned)
        tell(context, judges, self._progress.say)
        admission = RunAdmission(options, cache, spent, observers=self._progress.observers)
        engine = Engine(context, options, admission)
        watch = JudgeWatch(stops=conduct.stops_unfit_judge, unit="pairs")
        view = ComparisonView(self.judged, admission, spent, watch, self._shown)

        async def judge(index: int) -> None:
            judged = self.judged[index] = await _judge(self.judged[index].pair, engine)
            view.add(judged)
            self._tell(judged)
            watch.check(view.left)

        try:
            with self._interrupts(engine, self._progress.say):
                async with self._progress.follow(view):
                    await engine.each(iter(asked), judge)
        except UsageError as reason:
            if not admission.has_answered:
                raise
            done = f"{len(self.judged) - view.left} of {len(self.judged)} pairs are judged"
            again = "it can be resumed: the same command goes on"
            raise Stopped(f"{reason}; {done}, and {again}") from None
        finally:
            await engine.close()

    def _tell(self, judged: Judged) -> None:
        pair, failure = judged.pair, judged.failure and judged.failure.model_dump()
        told = {"position": pair.position, "turn": pair.turn, "outcome": judged.outcome}
        self._progress.event("pair", **told, failure=failure)


async def _judge(pair: Pair, engine: Engine) -> Judged:
    CURRENT_ROW.set(str(pair.position))
    state = round_of(pair.instruction, pair.input, pair.a, pair.b)
    try:
        said = await judge_pair(state, engine.context)
    except CallError as error:
        return Judged(pair, failure=failure_of(error))
    context = engine.context
    judged = _judged(pair, said, context)._replace(flags=tuple(flags_of(state, context)))
    if len(context.judges) < 2:
        return judged
    by_judge = said.by_judge(context).items()
    return judged._replace(panel={judge: _judged(pair, each, context) for judge, each in by_judge})


def _judged(pair: Pair, said: PairJudgement, context: Context) -> Judged:
    one, two = said.verdicts or (None, None)
    return Judged(
        pair,
        _outcome(said.scores, context),
        None if one is None else CHOICES[one],
        None if two is None else CHOICES[two],
        scores=said.scores,
        usage=sum_of(map(spent_on, said.judgements.values())),
    )


def _outcome(scores: Scores, context: Context) -> PairOutcome:
    """Eq. 4: the response with more points over both orders, by more than the margin."""
    if advances(scores, context):
        return "win"
    return "loss" if advances(scores.exchanged, context) else "tie"


def _without_judge(pair: Pair) -> Judged | None:
    """The outcome if no judge is needed: equal responses, or one is blank."""
    if pair.a.strip() == pair.b.strip():
        return Judged(pair, "tie", unasked="identical")
    if not pair.a.strip() or not pair.b.strip():
        return Judged(pair, "win" if pair.b.strip() else "loss", unasked="blank")
    return None
