"""A whole dataset evolved from Python, by the same run as the command line's.

    from runners import evolve

    evolved = evolve(rows, out="runs/mine", model="vllm:Qwen/Qwen3-8B")
    rows = list(evolved)

In a notebook, or wherever an event loop runs, `await aevolve(...)` does the same.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Unpack

from graph.coevol import Graph
from graph.frameworks import FRAMEWORKS
from runners.api.arguments import as_params, naming_keywords
from runners.api.background import Callbacks
from runners.api.given import AnyPath, check_data
from runners.api.own_models import check_settings, take_out
from runners.api.waiting import EvolveRequest, awaiting, blocking
from runners.data.memory import Rows
from runners.data.stores import location_of
from runners.errors import UsageError
from runners.folder.folder import RunFolder
from runners.folder.records import Record
from runners.options.arguments import (
    read_conduct,
    read_context,
    read_encoding,
    read_format,
    read_row_choice,
    read_selection,
)
from runners.options.declared import EvolveOptions
from runners.run.plan import Plan
from runners.run.view import Snapshot


@naming_keywords
def _request(
    data: AnyPath | Rows,
    out: AnyPath | None = None,
    *,
    on_progress: Callable[[Snapshot], object] | None = None,
    on_row: Callable[[Record], object] | None = None,
    graph: Graph | None = None,
    **options: Unpack[EvolveOptions],
) -> EvolveRequest:
    """Evolve a dataset; called again with the same arguments, go on where it stopped.

    `data` is a file, a URL or `hf:NAME` as on the command line, or rows: any iterable of dicts,
    taken once and written down in the run folder. `out` is that folder; without one it is a
    temporary folder that goes with the result, and a later call can't go on.

    `on_progress` is called with a Snapshot each second, `on_row` with the Record of each row that
    is done and on the disk; an error that they raise stops the run. `graph` takes the place of
    the paper's: a variant with a name of its own (docs/extending.md). `model`, and that of each
    role, may be a chat model of LangChain's: an object with settings of its own. All else is
    as in `coevol evolve --help`; `role_settings` and `map` are its --set and --map as dicts.

    Returns the EvolvedDataset. Raises the RunError that the command line would tell in a line:
    UsageError before anything is sent, Stopped when a limit has ended the run, StorageError.
    """
    given, own_models = take_out(options)
    params = as_params(given)
    _check_what_is_not_typed(data, graph, params["engine"])
    context = read_context(params).with_own_models(own_models)
    check_settings(context, params)
    conduct = read_conduct(params)
    selection = read_selection(params)
    rows_format = read_format(params)
    folder = Path(tempfile.mkdtemp(prefix="coevol-") if out is None else out)
    is_path = isinstance(data, str | os.PathLike)
    path = location_of(data) if is_path else RunFolder(folder).rows
    plan = Plan(
        path,
        folder,
        context,
        selection,
        conduct,
        rows_format,
        params["framework"],
        rows=None if is_path else data,
        graph=graph,
        bad_rows=params["bad_rows"],
        traces=params["traces"],
        choice=read_row_choice(params),
        encoding=read_encoding(params),
    )
    return EvolveRequest(plan, Callbacks(on_progress, on_row), is_temporary=out is None)


def _check_what_is_not_typed(data: object, graph: Graph | None, engine: str) -> None:
    check_data(data)
    if graph is None:
        return
    if engine == "ray":
        raise UsageError("graph: actors evolve by the frameworks only; leave engine='ray' out")
    if graph.get_name() in FRAMEWORKS:
        raise UsageError("graph: give it a name of its own: build(..., name='...')")
    if not {"response", "rounds", "stop_reason"} <= set(graph.output_channels):
        raise UsageError(f"graph: {graph.get_name()} evolves no sample; see graph.coevol.build")


evolve = blocking(_request)
"""Evolve a dataset and return it; see `help(evolve)`."""
aevolve = awaiting(_request)
"""The same where an event loop runs: `await aevolve(...)`."""
