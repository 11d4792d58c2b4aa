"""A run looks for its judge's calibration, reports it, and keeps a copy for its own report."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from runners.calibration.files import Calibrated, find_calibration, own_calibration
from runners.comparison.judging import judge_models
from runners.errors import UsageError, usage_errors
from runners.folder.folder import RunFolder
from runners.run.frameworks import roles_of
from runners.run.plan import Plan
from runners.storage.atomic import write_atomically


@contextmanager
def known_judge(plan: Plan, say: Callable[[str], object]) -> Generator[None]:
    """Report what is known of a run's judge, do the run, and copy the calibration into its folder.

    A calibration that can't be read is reported and ignored: no run depends on it.
    """
    found = _found(plan, say)
    if found is not None:
        say(_in_words(found, plan))
    try:
        yield
    finally:
        own = own_calibration(plan.out)
        if found is not None and found.path != own and RunFolder(plan.out).run_file.exists():
            write_atomically(own, found.path.read_bytes())


def _found(plan: Plan, say: Callable[[str], object]) -> Calibrated | None:
    """The calibration of the judge or panel; None for frameworks without a judge."""
    if "judge" not in roles_of(plan.framework):
        return None
    try:
        return find_calibration(plan.out, set(judge_models(plan.context).values()))
    except UsageError as error:
        say(f"calibration left out: {error}")
        return None


def _in_words(found: Calibrated, plan: Plan) -> str:
    report, context = found.report, plan.context
    words = f"judge calibrated {report.made} UTC on {report.data}: {report.recommendation.words}"
    mode, margin = report.recommendation.mode, report.recommendation.margin
    if mode is not None and (mode, margin) != (context.judge_mode, context.margin):
        words += f"; this run judges with --judge-mode {context.judge_mode}"
        words += f" --margin {context.margin:g}" if context.margin else ""
    with usage_errors():
        is_of_others = report.prompt_pack_sha256 != context.pack.hash
    return f"{words}; it was calibrated with other prompts" if is_of_others else words
