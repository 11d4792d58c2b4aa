"""coevol estimate: what a run would take."""

from pathlib import Path
from typing import Annotated

import typer

from nodes.options import Agents, Conversations, RoundLimit
from runners.cli import options as o
from runners.cli.errors import errors_on_one_line
from runners.cli.takes import required, resolved, takes
from runners.options.data import Chosen, Encoded, Layout
from runners.options.limits import Prices
from runners.options.run import Caching, OneFramework
from runners.options.scale import Batches

_TAKEN = (Agents, "max_tokens", OneFramework, RoundLimit, Conversations, Layout, Caching, Prices)
_JUDGED = ("prompt_pack", "judge_mode", "margin", "economy")
_PART = ("limit", "offset", "bad_rows", "traces", Encoded, Chosen)
_KNOWN = "What is known"
Like = Annotated[
    Path | None,
    typer.Option(
        metavar="RUN",
        help="A run that the same model has answered: as much of prompts comes from a cache as "
        "there, calls think as long, and batches take as long.",
        rich_help_panel=_KNOWN,
    ),
]
CachedShare = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, help="Share of prompts' tokens from a cache.", rich_help_panel=_KNOWN
    ),
]
ReasoningTokens = Annotated[
    float | None, typer.Option(min=0, help="Tokens that a call thinks.", rich_help_panel=_KNOWN)
]


@takes("data", *_TAKEN, *_JUDGED, "guards", "repair", "tier", *_PART, "engine", Batches)
def estimate(
    arguments: typer.Context,
    pilot: o.PilotSize = None,
    like: Like = None,
    cached_share: CachedShare = None,
    reasoning_tokens: ReasoningTokens = None,
) -> None:
    """Estimate calls, tokens and cost before anything is sent; with --pilot, from a real pilot."""
    with errors_on_one_line():
        from runners.calls.price import BATCH
        from runners.calls.tiers import check_tiers
        from runners.data.dataset import Dataset
        from runners.data.stores import location_of
        from runners.estimate.batches import Batched
        from runners.estimate.known import NOTHING, learned_from, said
        from runners.estimate.run import Assumed, print_estimate, print_pilot
        from runners.options.arguments import (
            read_conduct,
            read_context,
            read_encoding,
            read_format,
            read_row_choice,
            read_selection,
        )
        from runners.run.frameworks import settings_of

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
        framework, choice = params["framework"], read_row_choice(params)
        if pilot is not None:
            print_pilot(dataset, context, choice, pilot, conduct, framework)
            return
        check_tiers(settings_of(framework, context), conduct.options.tiers)
        learned = NOTHING if like is None else learned_from(like, context)
        known = said(context, cached_share, reasoning_tokens).over(learned)
        first = next(iter(conduct.options.tiers), "standard")
        tier = "" if first == "standard" else first
        assumed = Assumed(framework, conduct.price, tier, known)
        if conduct.batches is not None:
            assumed = assumed._replace(tier=BATCH, batched=Batched.of(conduct.batches, like))
        print_estimate(dataset, context, choice, assumed)
