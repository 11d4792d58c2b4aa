"""Plans: what to run, and how to run it."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from graph.coevol import Graph
from graph.frameworks import Framework
from nodes.conversation import ConversationContext
from nodes.guards.own import OwnGuard, OwnGuardError, own_guard
from nodes.models.names import is_own
from nodes.trace_choice import Traces
from runners.batches.options import BatchOptions
from runners.calls.call_options import CallOptions
from runners.calls.price import Price
from runners.calls.spending import Budget
from runners.data.bad_rows import BadRows
from runners.data.choice import EVERY_ROW, Choice
from runners.data.dataset import Selection
from runners.data.formats import Format, parse_format
from runners.data.hub import is_hub
from runners.data.memory import Rows
from runners.data.stores import Location, location_of
from runners.errors import UsageError
from runners.folder.opened import find_run
from runners.run.ray.scale import Scale


class MaxFailures(NamedTuple):
    """How many rows may fail before the run stops: a number, or a share of all rows."""

    number: float
    is_share: bool = False

    def allows(self, failed: int, rows: int) -> bool:
        """Whether this many failures of this many rows are acceptable."""
        return failed <= (self.number * rows if self.is_share else self.number)


class Conduct(NamedTuple):
    """How a run is carried out. None of it affects the results."""

    options: CallOptions = CallOptions()
    scale: Scale | None = None
    """How the run is spread over a Ray cluster; None for this process only."""
    batches: BatchOptions | None = None
    """How calls are put into batches; None to send each by itself."""
    budget: Budget = Budget()
    price: Price | None = None
    """The user's own price for every model; None to look prices up."""
    retry_failed: bool = False
    retry_truncated: bool = False
    """Whether to redo rows whose answers were cut off by a lower limit."""
    max_failures: MaxFailures | None = None
    stops_unfit_judge: bool = True
    """Whether a judge that is clearly unfit (`nodes.judging.fitness`) stops the run."""
    cache: Path | None = None
    """A journal shared by several runs; None for the run's own."""
    trace_sample: float | None = None
    """Share of rows to trace if tracing is on; None for LangSmith's own rate, or all."""


class Plan(NamedTuple):
    """What to run."""

    data: Location
    """A dataset, or where `rows` are written."""
    out: Path
    context: ConversationContext
    selection: Selection = Selection()
    conduct: Conduct = Conduct()
    format: Format | None = None
    """How to read the rows; None to detect it."""
    framework: Framework = "coevol"
    rows: Rows | None = None
    """Rows from memory, read once; None to read those of `data`."""
    graph: Graph | None = None
    """A graph given by the user; None for the framework's."""
    bad_rows: BadRows = "stop"
    traces: Traces = "keep"
    choice: Choice = EVERY_ROW
    encoding: str | None = None
    """The encoding of text files; None for UTF-8."""


def plan_of(run: Path, conduct: Conduct, headers: Mapping[str, str] | None = None) -> Plan:
    """The plan of an existing run, from its run.yaml. Raises UsageError if there is none.

    `headers` replace those that it was last given; None keeps them.
    """
    run_file = find_run(run).run_file
    data = run_file.data
    settings = run_file.settings
    if settings.graph is not None:
        hint = f"go on from Python: evolve(..., out={str(run)!r}, graph=...)"
        raise UsageError(f"{run}: made from Python with the graph {settings.graph}; {hint}")
    own = next((s.model for s in settings.context.settings.values() if is_own(s.model)), None)
    if own is not None:
        hint = f"go on from Python: evolve(..., out={str(run)!r}, model=...)"
        raise UsageError(f"{run}: made from Python with the model {own}; {hint}")
    path, rows_format = location_of(data.path), parse_format(settings.format)
    if isinstance(path, Path) and not is_hub(path) and not path.exists():
        hint = f"say where it is now: coevol evolve PATH --out {run}, with its other options"
        raise UsageError(f"{data.path}: the run's dataset is not there; {hint}")
    return Plan(
        path,
        run,
        settings.context.with_own_guards(
            _guard_of(run, each) for each in settings.guard
        ).with_headers(run_file.headers if headers is None else headers),
        data.selection,
        conduct,
        rows_format,
        settings.framework,
        bad_rows=data.bad_rows,
        traces=settings.traces,
        choice=settings.choice,
        encoding=data.encoding,
    )


def _guard_of(run: Path, name: str) -> OwnGuard:
    """A user-defined guard that the run began with. Raises UsageError if it can't be found."""
    try:
        return own_guard(name)
    except OwnGuardError as error:
        raise UsageError(f"{run}: its guard {name}: {error}") from None
