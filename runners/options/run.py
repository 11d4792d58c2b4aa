"""Options of a run: which agents there are, what is done about failures, what is kept and traced.

Except for the framework, none of them changes the results.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Le

from graph.frameworks import Framework
from nodes.option import Option

_RUN = "Run"


FrameworkOption = Annotated[
    Framework,
    Option(
        "coevol",
        "One of the settings of section 4.1: all but coevol make one pass, and nobody judges it.",
        _RUN,
    ),
]
RetryFailed = Annotated[bool, Option(False, "Try the failed rows again.", _RUN)]
RetryTruncated = Annotated[
    bool,
    Option(
        False,
        "Redo the rows whose answers were cut off by a lower --max-tokens than the present one.",
        _RUN,
    ),
]
MaxFailures = Annotated[
    int | str | None,
    Option(
        None,
        "Stop after more failed rows: N, or P%.",
        _RUN,
        typed=str | None,
        metavar="N|P%",
    ),
]
UnfitJudge = Annotated[
    Literal["stop", "go-on"],
    Option(
        "stop",
        "Whether to stop a run, resumable, whose judge is plainly unfit: after 50 rounds, nine in "
        "ten of its answers have no verdict, or nineteen in twenty of its winners change with the "
        "order.",
        _RUN,
    ),
]
Cache = Annotated[
    str | os.PathLike[str] | None,
    Option(None, "Journal of answered calls to share between runs.", _RUN, typed=Path | None),
]
TraceSample = Annotated[
    float | None,
    Ge(0),
    Le(1),
    Option(
        None,
        "Share of the rows to trace in LangSmith and by OpenTelemetry, where they are on, such as "
        "0.01; the same rows at each start.",
        _RUN,
    ),
]


class OneFramework(TypedDict, total=False):
    """Which agents there are."""

    framework: FrameworkOption


class FailureOptions(TypedDict, total=False):
    """What is done about rows that fail."""

    retry_failed: RetryFailed
    retry_truncated: RetryTruncated
    max_failures: MaxFailures


class Distrusting(TypedDict, total=False):
    """What is done about a judge whose verdicts carry no information."""

    unfit_judge: UnfitJudge


class Caching(TypedDict, total=False):
    """Where answers are kept."""

    cache: Cache


class TracingOptions(TypedDict, total=False):
    """Which rows are traced."""

    trace_sample: TraceSample
