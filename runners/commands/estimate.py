"""coevol estimate: what a run would take."""

import typer

from runners import options as o
from runners.commands import groups as g
from runners.commands.errors import errors_on_one_line
from runners.commands.groups import takes


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
        from runners.arguments import read_context, read_format, read_price
        from runners.dataset import Dataset, Selection
        from runners.estimate_report import print_estimate
        from runners.stores import location_of

        params = arguments.params
        context = read_context(params)
        selection = Selection(limit=limit, offset=offset)
        dataset = Dataset(location_of(data), selection, read_format(params))
        price = read_price(params["price_in"], params["price_out"])
        print_estimate(dataset, context, price, sample, params["cache"], params["framework"])
