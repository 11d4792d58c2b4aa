"""coevol estimate: what a run would take."""

import typer

from nodes.options import Agents, Conversations, RoundLimit
from runners.cli import options as o
from runners.cli.errors import errors_on_one_line
from runners.cli.takes import required, resolved, takes
from runners.options.data import Chosen, Encoded, Layout
from runners.options.limits import Prices
from runners.options.run import Caching, OneFramework

_TAKEN = (Agents, "max_tokens", OneFramework, RoundLimit, Conversations, Layout, Caching, Prices)


_PART = ("limit", "offset", "bad_rows", "traces", Encoded, Chosen)


@takes("data", *_TAKEN, "tier", "guards", "repair", *_PART)
def estimate(arguments: typer.Context, pilot: o.PilotSize = None) -> None:
    """Estimate calls, tokens and cost before anything is sent; with --pilot, from a real pilot."""
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
        print_estimate(dataset, context, conduct, pilot, framework, choice)
