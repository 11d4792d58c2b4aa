"""coevol estimate: what a run would take."""

import typer

from runners.cli import groups as g
from runners.cli import options as o
from runners.cli.errors import errors_on_one_line
from runners.cli.groups import takes


@takes(g.Agents, g.OneFramework, g.Rounds, g.Layout, g.Caching, g.Prices)
def estimate(
    arguments: typer.Context,
    data: o.DataFile,
    max_tokens: o.MaxTokens = 1000,
    limit: o.Limit = None,
    offset: o.Offset = 0,
    sample: o.PilotSize = None,
) -> None:
    """Estimate calls, tokens and cost before anything is sent; with --sample, from a real pilot."""
    with errors_on_one_line():
        from runners.data.dataset import Dataset, Selection
        from runners.data.stores import location_of
        from runners.estimate.table import print_estimate
        from runners.options.arguments import read_context, read_format, read_price

        params = arguments.params
        context = read_context(params)
        selection = Selection(limit=limit, offset=offset)
        dataset = Dataset(location_of(data), selection, read_format(params))
        price = read_price(params["price_in"], params["price_out"])
        print_estimate(dataset, context, price, sample, params["cache"], params["framework"])
