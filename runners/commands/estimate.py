"""coevol estimate: what a run would take."""

import typer

from runners import options as o
from runners.commands.errors import errors_on_one_line


def estimate(
    arguments: typer.Context,
    data: o.DataFile,
    model: o.Model = "rehearsal",
    base_url: o.BaseUrl = None,
    positive_model: o.PositiveModel = None,
    critical_model: o.CriticalModel = None,
    advisor_model: o.AdvisorModel = None,
    editor_model: o.EditorModel = None,
    judge_model: o.JudgeModel = None,
    max_tokens: o.MaxTokens = 1000,
    framework: o.Framework = "coevol",
    rounds: o.Rounds = 3,
    format_: o.RowFormat = None,
    map_: o.FieldMap = None,
    limit: o.Limit = None,
    offset: o.Offset = 0,
    sample: o.PilotSize = None,
    cache: o.Cache = None,
    price_in: o.PriceIn = None,
    price_out: o.PriceOut = None,
) -> None:
    """Estimate calls, tokens and cost before anything is sent; with --sample, from a real pilot."""
    with errors_on_one_line():
        from runners.arguments import read_context, read_format, read_price
        from runners.dataset import Dataset, Selection
        from runners.estimate_report import print_estimate

        context = read_context(arguments.params)
        selection = Selection(limit=limit, offset=offset)
        dataset = Dataset(data, selection, read_format(arguments.params))
        price = read_price(price_in, price_out)
        print_estimate(dataset, context, price, sample, cache, framework)
