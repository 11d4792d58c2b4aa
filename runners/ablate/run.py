"""An ablation: a run for each of the five frameworks of section 4.1, over the same rows.

The runs share a journal, so that a call that several of them make is paid once.
"""

from contextlib import suppress
from pathlib import Path

from graph.frameworks import FRAMEWORKS, Framework
from runners.ablate.report import AblationReport, read_ablation, write_ablation
from runners.calls.prices import prices_of
from runners.calls.spending import Budget, SpendingReader
from runners.comparison.run import Matter, run_comparison
from runners.comparison.win_rates import need_statistics
from runners.errors import UsageError
from runners.folder.folder import RunFolder
from runners.run.execute import execute
from runners.run.plan import Conduct, Plan
from runners.run.progress import Progress
from runners.storage.reader import reading

JOURNAL = "journal.db"
_RUN, _COMPARISON = "run.db", "compare.db"
"""The files of a framework's folder that say what was spent."""


def run_ablation(plan: Plan, progress: Progress) -> AblationReport:
    """Do the five runs in folders below `plan.out`, or resume them; return what came of them.

    With a model for the judge, the responses of each run are then compared with its originals. The
    report is written however the ablation ends. Raises UsageError if `plan.out` is a run folder
    itself, or the RunError that ended a run or a comparison.
    """
    if RunFolder(plan.out).load() is not None:
        raise UsageError(f"{plan.out}: holds a run; give the ablation a folder of its own")
    if plan.context.judge_model is not None:
        need_statistics()
    is_new = not plan.out.exists()
    try:
        _evolve_all(plan, progress)
        if plan.context.judge_model is not None:
            _compare_all(plan, progress)
    finally:
        report = read_ablation(plan.out)
        if report.frameworks:
            write_ablation(report, plan.out)
        elif is_new and plan.out.exists():
            _remove_empty(plan.out)
    return report


def _evolve_all(plan: Plan, progress: Progress) -> None:
    for framework in FRAMEWORKS:
        progress.say(f"{framework}:")
        progress.event("framework", framework=framework)
        conduct = _conduct(plan, framework, _RUN)
        run = plan.out / framework
        execute(plan._replace(out=run, framework=framework, conduct=conduct), progress)


def _remove_empty(out: Path) -> None:
    """Remove a new folder with its journal, unless there is a run in it."""
    if not any((out / framework).exists() for framework in FRAMEWORKS):
        (out / JOURNAL).unlink(missing_ok=True)
        with suppress(OSError):  # somebody has put something into it
            out.rmdir()


def _compare_all(plan: Plan, progress: Progress) -> None:
    """Compare each run's responses with its originals, by turns in conversations."""
    for framework in FRAMEWORKS:
        run = plan.out / framework
        progress.say(f"{framework} against the originals:")
        conduct = _conduct(plan, framework, _COMPARISON)
        report, _ = run_comparison(Matter(run), plan.context, conduct, run, progress)
        for warning in report.warnings:
            progress.say(f"warning: {warning}")


def _conduct(plan: Plan, framework: Framework, own: str) -> Conduct:
    """How to carry out one step: with the shared journal, and the rest of the budget."""
    conduct = plan.conduct
    budget = conduct.budget
    if budget.cost is not None or budget.tokens is not None:
        every = [plan.out / each / name for each in FRAMEWORKS for name in (_RUN, _COMPARISON)]
        others = [path for path in every if path != plan.out / framework / own and path.exists()]
        budget = _with_others(plan, others)
    return conduct._replace(cache=conduct.cache or plan.out / JOURNAL, budget=budget)


def _with_others(plan: Plan, databases: list[Path]) -> Budget:
    """The budget, with what the other steps have spent, by their databases."""
    prices = prices_of(plan.context, plan.conduct.price)
    cost, tokens = 0.0, 0
    for path in databases:
        with reading(path) as database:
            spent = SpendingReader(database, prices)
            # Unknown only if a step was stopped for that: no price, so no way to keep the budget.
            cost += spent.cost or 0.0
            tokens += spent.total.input_tokens + spent.total.output_tokens
    return plan.conduct.budget._replace(cost_elsewhere=cost, tokens_elsewhere=tokens)
