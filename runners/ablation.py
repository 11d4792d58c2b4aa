"""Ablation: the five frameworks of section 4.1 over the same rows, each a run, with one journal."""

from pathlib import Path

from graph.ablations import FRAMEWORKS, Framework
from runners.ablation_report import Report, read_report, write_report
from runners.errors import UsageError
from runners.meter import Budget
from runners.prices import Price
from runners.progress import Progress
from runners.run import Plan, execute
from runners.run_folder import RunFolder
from runners.status import read_status

JOURNAL = "journal.db"


def run_ablation(plan: Plan, progress: Progress) -> Report:
    """Do the five runs in folders below `plan.out`, or go on with them; return what came of them.

    A call that several frameworks make is made once: all of the first round up to the edit is the
    same for `debate` and `coevol`. The report is written after each run, however it ends. Raises
    the RunError that ended a run early.
    """
    if RunFolder(plan.out).load() is not None:
        raise UsageError(f"{plan.out}: holds a run; give the ablation a folder of its own")
    for framework in FRAMEWORKS:
        progress.say(f"{framework}:")
        progress.event("framework", framework=framework)
        try:
            execute(_plan_for(framework, plan), progress)
        finally:
            if RunFolder(plan.out / framework).summary.exists():
                write_report(read_report(plan.out), plan.out)
    return read_report(plan.out)


def _plan_for(framework: Framework, plan: Plan) -> Plan:
    """The plan of one framework's run, whose budget is what the others have left of it."""
    conduct = plan.conduct
    others = [plan.out / other for other in FRAMEWORKS if other != framework]
    return plan._replace(
        out=plan.out / framework,
        framework=framework,
        conduct=conduct._replace(
            cache=conduct.cache or plan.out / JOURNAL,
            budget=_shared(conduct.budget, others, conduct.price),
        ),
    )


def _shared(budget: Budget, others: list[Path], price: Price | None) -> Budget:
    if budget.cost is None and budget.tokens is None:
        return budget
    spent = [read_status(run, price) for run in others if RunFolder(run).database.exists()]
    return budget._replace(
        # A cost is unknown only where a run could not be kept within its budget, and was stopped.
        cost_elsewhere=sum(each["cost_usd"] or 0.0 for each in spent),
        tokens_elsewhere=sum(sum(each["tokens"].values()) for each in spent),
    )
