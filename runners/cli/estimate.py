"""coevol estimate: what a run would take."""

from pathlib import Path

import typer

from nodes.options import Agents, Conversations, RoundLimit
from runners.cli import options as o
from runners.cli.errors import errors_on_one_line
from runners.cli.takes import required, resolved, takes
from runners.options.data import Chosen, Encoded, Layout
from runners.options.limits import Prices
from runners.options.run import Batches, Caching, OneFramework

_TAKEN = (Agents, "max_tokens", OneFramework, RoundLimit, Conversations, Layout, Caching, Prices)


_PART = ("limit", "offset", "bad_rows", "traces", Encoded, Chosen)


_SENT = ("economy", "engine", Batches, "out")


@takes("data", *_TAKEN, "guards", "repair", *_PART, *_SENT)
def estimate(arguments: typer.Context, pilot: o.PilotSize = None) -> None:
    """Estimate calls, tokens and cost before anything is sent; with --pilot, from a real pilot.

    With --engine batch also how long it takes, by the batches of the run in --out.
    """
    with errors_on_one_line():
        from runners.data.dataset import Dataset
        from runners.data.stores import location_of
        from runners.estimate.table import print_estimate
        from runners.options.arguments import (
            read_choice,
            read_conduct,
            read_context,
            read_encoding,
            read_format,
            read_selection,
        )

        params = resolved(arguments)
        context, conduct = read_context(params), read_conduct(params)
        source = location_of(required(params, "data"))
        dataset = Dataset(
            source,
            read_selection(params),
            read_format(params),
            bad_rows=params["bad_rows"],
            traces=params["traces"],
            encoding=read_encoding(params),
        )
        framework, choice = params["framework"], read_choice(params)
        print_estimate(
            dataset,
            context,
            conduct.price,
            pilot,
            conduct.cache,
            framework,
            choice,
            conduct.batches,
            None if params["out"] is None else Path(params["out"]),
        )
