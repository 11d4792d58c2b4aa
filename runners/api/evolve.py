"""A whole dataset evolved from Python, by the same run as the command line's.

    from runners import evolve

    evolved = evolve(rows, out="runs/mine", model="vllm:Qwen/Qwen3-8B")
    rows = list(evolved)

In a notebook, or wherever an event loop runs, `await aevolve(...)` does the same.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from graph.coevol import Graph
from graph.frameworks import FRAMEWORKS, Framework
from prompts.roles import JudgeMode, Role
from runners.api.arguments import as_typed
from runners.api.background import Callbacks
from runners.api.waiting import EvolveRequest, awaiting, blocking
from runners.calls.call_options import Client
from runners.data.memory import Rows
from runners.data.stores import location_of
from runners.errors import UsageError
from runners.folder.folder import RunFolder
from runners.folder.records import Record
from runners.options.arguments import read_conduct, read_context, read_format, read_selection
from runners.run.plan import Plan
from runners.run.view import Snapshot

AnyPath = str | os.PathLike[str]


def _order(
    data: AnyPath | Rows,
    out: AnyPath | None = None,
    *,
    on_progress: Callable[[Snapshot], object] | None = None,
    on_row: Callable[[Record], object] | None = None,
    graph: Graph | None = None,
    model: str = "rehearsal",
    base_url: str | None = None,
    positive_model: str | None = None,
    critical_model: str | None = None,
    advisor_model: str | None = None,
    editor_model: str | None = None,
    judge_model: str | None = None,
    role_settings: Mapping[Role, Mapping[str, Any]] | None = None,
    temperature: float = 0.0,
    top_p: float = 1.0,
    max_tokens: int = 1000,
    system_role: Literal["native", "merge"] = "native",
    framework: Framework = "coevol",
    rounds: int = 3,
    prompt_pack: str = "coevol",
    judge_mode: JudgeMode = "choice",
    economy: bool = False,
    window: int = 3,
    max_turns: int | None = None,
    max_conversation_tokens: int | None = None,
    format: str | None = None,
    map: Mapping[str, str] | None = None,
    limit: int | None = None,
    offset: int = 0,
    where_id: Sequence[str] | None = None,
    concurrency: int | str | None = None,
    rpm: float | None = None,
    tpm: float | None = None,
    timeout: float = 300.0,
    attempts: int = 5,
    give_up_after: float = 30.0,
    client: Client = "aiohttp",
    engine: Literal["local", "ray"] = "local",
    ray_address: str | None = None,
    actors: int | None = None,
    concurrency_per_actor: int | None = None,
    retry_failed: bool = False,
    max_failures: int | str | None = None,
    cache: AnyPath | None = None,
    trace_sample: float | None = None,
    budget: float | None = None,
    max_tokens_total: int | None = None,
    price_in: float | None = None,
    price_out: float | None = None,
) -> EvolveRequest:
    """Evolve a dataset; called again with the same arguments, go on where it stopped.

    `data` is a file, a URL or `hf:NAME` as on the command line, or rows: any iterable of dicts,
    taken once and written down in the run folder. `out` is that folder; without one it is a
    temporary folder that goes with the result, and a later call can't go on.

    `on_progress` is called with a Snapshot each second, `on_row` with the Record of each row that
    is done and on the disk; an error that they raise stops the run. `graph` takes the place of
    the paper's: a variant with a name of its own (docs/extending.md). `role_settings` and `map` are
    the command line's --set and --map as dicts. All else is as in `coevol evolve --help`.

    Returns the EvolvedDataset. Raises the RunError that the command line would tell in a line:
    UsageError before anything is sent, Stopped when a limit has ended the run, StorageError.
    """
    given = dict(locals())
    for name in ("data", "out", "on_progress", "on_row", "graph"):
        del given[name]
    params = as_typed(given)
    _check_what_is_not_typed(data, graph, engine)
    context, conduct = read_context(params), read_conduct(params)
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
    )
    return EvolveRequest(plan, Callbacks(on_progress, on_row), is_temporary=out is None)


def _check_what_is_not_typed(data: object, graph: Graph | None, engine: str) -> None:
    if not isinstance(data, str | os.PathLike | Iterable):
        kind = type(data).__name__
        raise UsageError(f"data: must be a path, or rows that are dicts, but is {kind}")
    if graph is None:
        return
    if engine == "ray":
        raise UsageError("graph: actors evolve by the frameworks only; leave engine='ray' out")
    if graph.get_name() in FRAMEWORKS:
        raise UsageError("graph: give it a name of its own: build(..., name='...')")
    if not {"response", "rounds", "stop_reason"} <= set(graph.output_channels):
        raise UsageError(f"graph: {graph.get_name()} evolves no sample; see graph.coevol.build")


evolve = blocking(_order)
"""Evolve a dataset and return it; see `help(evolve)`."""
aevolve = awaiting(_order)
"""The same where an event loop runs: `await aevolve(...)`."""
