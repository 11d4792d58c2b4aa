"""Evolves a dataset from Python, with the same run as on the command line.

    from runners import evolve

    evolved = evolve(rows, out="runs/mine", model="vllm:Qwen/Qwen3-8B")
    rows = list(evolved)

In a notebook, or wherever an event loop is running, `await aevolve(...)` does the same.
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
    """Evolve a dataset; called again with the same arguments, it resumes.

    `data` is a file, a URL or `hf:NAME` as on the command line, or rows: any iterable of dicts,
    read once and stored in the run folder. `out` is that folder; by default it is a temporary
    folder that is deleted with the result, so that a later call can't resume.

    `on_progress` is called with a Snapshot each second, `on_row` with the Record of each row once
    it is stored; an error raised by them stops the run. `graph` replaces the paper's: a variant
    with its own name (docs/extending.md). `model`, and that of each role, may be a LangChain chat
    model object, with its own settings. All other options are those of `coevol evolve --help`;
    `role_settings` and `map` are its --set and --map as dicts.

    Returns the EvolvedDataset. Raises RunError where the command line would print an error:
    UsageError before anything is sent, Stopped if a limit ended the run, StorageError.
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
