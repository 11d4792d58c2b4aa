"""Two sets of responses compared from Python, as `coevol compare` does it.

from runners import compare

compared = compare("runs/mine", out="runs/mine", judge_model="vllm:Qwen/Qwen3-8B")
print(compared.win_rate, compared.interval)
"""

from pathlib import Path
from typing import Unpack

from runners.api.given import AnyPath
from runners.api.judging import judges_given, taking
from runners.api.stopping import in_thread
from runners.comparison.report import ComparisonReport
from runners.comparison.run import Matter, run_comparison
from runners.data.stores import location_of
from runners.options.arguments import read_format
from runners.options.judging import CompareOptions
from runners.run.progress import Progress


@taking(CompareOptions)
def compare(
    a: AnyPath,
    b: AnyPath | None = None,
    *,
    out: AnyPath,
    human: AnyPath | None = None,
    category: str | None = None,
    **options: Unpack[CompareOptions],
) -> ComparisonReport:
    """Compare two sets of responses with a judge in both orders; called again, it resumes.

    `a` and `b` are runs or datasets; wins, ties and losses are those of `b`. Without `b`, `a` is a
    run whose responses are compared with its originals. `out` is the folder, or NAME.json.
    `judge_model` is a model, or a list of them: a panel. All other options are those of `coevol
    compare --help`.

    Returns the contents of compare.json. Raises RunError where the command line would print an
    error.
    """
    judges = judges_given(options, CompareOptions, "compare")
    sides = location_of(a), None if b is None else location_of(b)
    votes = None if human is None else location_of(human)
    rows_format, limit = read_format(judges.params), judges.params["limit"]
    matter = Matter(*sides, rows_format, category, limit, votes)
    progress = Progress("quiet")

    report, _ = in_thread(
        lambda interrupts: run_comparison(
            matter, judges.context, judges.conduct, Path(out), progress, interrupts
        )
    )
    return report
