"""Options of output: where a run writes, and how and to whom it reports."""

import os
from pathlib import Path
from typing import Annotated, TypedDict

from nodes.option import Option

_OUTPUT = "Output"

Out = Annotated[
    str | os.PathLike[str] | None,
    Option(None, "Run folder; an existing run goes on.", _OUTPUT, typed=Path | None),
]
Quiet = Annotated[bool, Option(False, "Say nothing.", _OUTPUT)]
Json = Annotated[bool, Option(False, "Report progress as JSON lines.", _OUTPUT)]
MetricsOption = Annotated[
    int | str | None,
    Option(
        None,
        "Serve metrics for Prometheus while it is at work: PORT, on loopback alone, or HOST:PORT.",
        _OUTPUT,
        typed=str | None,
        metavar="[HOST:]PORT",
    ),
]
Notify = Annotated[
    str | None,
    Option(
        None,
        "Command to start, without a shell, when it has ended or stopped by itself; COEVOL_RUN, "
        "COEVOL_OUTCOME, COEVOL_EXIT_CODE, COEVOL_MESSAGE and COEVOL_SUMMARY tell it how.",
        _OUTPUT,
        metavar="COMMAND",
    ),
]


class Folder(TypedDict, total=False):
    """Where a run writes."""

    out: Out


class Telling(TypedDict, total=False):
    """How a run reports, and to whom."""

    quiet: Quiet
    json: Json
    metrics: MetricsOption
    notify: Notify
