"""coevol estimate: what would a run use, and cost?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nodes.options import Agents, Conversations, RoundLimit
from runners.cli import options as o
from runners.cli.errors import errors_on_one_line
from runners.cli.takes import required, resolved, takes
from runners.options.data import Chosen, Encoded, Layout
from runners.options.limits import Prices
from runners.options.run import Caching, OneFramework
from runners.options.scale import Batches

if TYPE_CHECKING:
    from graph.frameworks import Framework
    from nodes.conversation import ConversationContext
    from runners.data.dataset import Dataset
    from runners.estimate.known import Known
    from runners.estimate.run import Assumed
    from runners.options.resolve import Params
    from runners.run.plan import Conduct

_TAKEN = (Agents, "max_tokens", OneFramework, RoundLimit, Conversations, Layout, Caching, Prices)
_JUDGED = ("prompt_pack", "judge_mode", "margin", "economy")
_PART = ("limit", "offset", "bad_rows", "traces", Encoded, Chosen)
_KNOWN = "What is known"
Like = Annotated[
    Path | None,
    typer.Option(
        metavar="RUN",
        help="A run of the same model: the share of prompts from a cache, the thinking in a call "
        "and the time of a batch are taken from it.",
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
    float | None, typer.Option(min=0, help="Tokens of thinking in a call.", rich_help_panel=_KNOWN)
]


@takes("data", *_TAKEN, *_JUDGED, "guards", "repair", "tier", *_PART, "engine", Batches)
def estimate(
    arguments: typer.Context,
    pilot: o.PilotSize = None,
    like: Like = None,
    cached_share: CachedShare = None,
    reasoning_tokens: ReasoningTokens = None,
) -> None:
    """Estimate calls, tokens and cost before anything is sent, or from a --pilot of some rows."""
    with errors_on_one_line():
        from runners.calls.tiers import check_tiers
        from runners.estimate.run import print_estimate, print_pilot
        from runners.options.arguments import read_conduct, read_context, read_row_choice
        from runners.run.frameworks import settings_of

        params = resolved(arguments)
        context, conduct = read_context(params), read_conduct(params)
        dataset, choice = _dataset(params), read_row_choice(params)
        framework = params["framework"]
        if pilot is not None:
            print_pilot(dataset, context, choice, pilot, conduct, framework)
            return
        check_tiers(settings_of(framework, context), conduct.options.tiers)
        known = _known(context, like, cached_share, reasoning_tokens)
        print_estimate(dataset, context, choice, _assumed(framework, conduct, known, like))


def _dataset(params: "Params") -> "Dataset":
    from runners.data.dataset import Dataset
    from runners.data.stores import location_of
    from runners.options.arguments import read_encoding, read_format, read_selection

    return Dataset(
        location_of(required(params, "data")),
        read_selection(params),
        read_format(params),
        bad_rows=params["bad_rows"],
        traces=params["traces"],
        encoding=read_encoding(params),
    )


def _known(
    context: "ConversationContext",
    like: Path | None,
    cached_share: float | None,
    reasoning_tokens: float | None,
) -> "Known":
    """What is known of calls: as the user states it, else from the run `like`."""
    from runners.estimate.known import NOTHING, learned_from, said

    learned = NOTHING if like is None else learned_from(like, context)
    return said(context, cached_share, reasoning_tokens).over(learned)


def _assumed(
    framework: "Framework", conduct: "Conduct", known: "Known", like: Path | None
) -> "Assumed":
    """What the estimate assumes; of several service tiers, that the first answers."""
    from runners.calls.price import BATCH
    from runners.estimate.batches import Batched
    from runners.estimate.run import Assumed

    if conduct.batches is not None:
        batched = Batched.of(conduct.batches, like)
        return Assumed(framework, conduct.price, BATCH, known, batched)
    first = next(iter(conduct.options.tiers), "standard")
    tier = "" if first == "standard" else first
    return Assumed(framework, conduct.price, tier, known)
