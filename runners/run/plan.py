"""Plans: what a person asked for, and how the run is to go about it."""

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
        """Whether so many failures of so many rows are still all right."""
        return failed <= (self.number * rows if self.is_share else self.number)


class Conduct(NamedTuple):
    """How a run goes about its work. Nothing here changes what comes out of a row."""

    options: CallOptions = CallOptions()
    scale: Scale | None = None
    """How the run is spread over a Ray cluster; None for this process alone."""
    batches: BatchOptions | None = None
    """How calls become batches; None to send each by itself."""
    budget: Budget = Budget()
    price: Price | None = None
    """The user's own price of every model; None to look it up."""
    retry_failed: bool = False
    retry_truncated: bool = False
    """Whether rows are done again whose answers a lower limit has cut off."""
    max_failures: MaxFailures | None = None
    stops_unfit_judge: bool = True
    """Whether a judge that is plainly unfit (`nodes.judging.fitness`) stops it."""
    cache: Path | None = None
    """A journal that several runs share; None for the run's own."""
    trace_sample: float | None = None
    """Share of the rows that are traced where that is on; None for LangSmith's own rate, or all."""


class Plan(NamedTuple):
    """What a person asked for."""

    data: Location
    """A dataset, or where `rows` are written down."""
    out: Path
    context: ConversationContext
    selection: Selection = Selection()
    conduct: Conduct = Conduct()
    format: Format | None = None
    """How to read the rows; None to find out."""
    framework: Framework = "coevol"
    rows: Rows | None = None
    """Rows from memory, taken once; None to read those of `data`."""
    graph: Graph | None = None
    """A graph of the user's own; None for the framework's."""
    bad_rows: BadRows = "stop"
    traces: Traces = "keep"
    choice: Choice = EVERY_ROW
    encoding: str | None = None
    """Of texts; None for UTF-8."""


def plan_of(run: Path, conduct: Conduct, headers: Mapping[str, str] | None = None) -> Plan:
    """The plan of a run that is there, by its run.yaml. Raises UsageError if it is none.

    `headers` take the place of those that it was last given; None leaves these.
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
    """A guard of the user's own that a run began with. Raises UsageError if it is gone."""
    try:
        return own_guard(name)
    except OwnGuardError as error:
        raise UsageError(f"{run}: its guard {name}: {error}") from None
