"""What judgements take: how many are asked for, of which judge, and how long they are."""

from nodes.context import Context
from nodes.models.request import takes_stop
from nodes.scores import judgements_needed
from prompts.roles import Seat

JUDGEMENT_TOKENS = 130
"""A verdict that is explained."""
NAME_TOKENS = 6
"""The name of the better response alone, as mode `probability` and economy ask for it."""


def judgements_of(context: Context, *, won: bool) -> dict[Seat, int]:
    """How many judgements of a round each judge is asked for, if all find the edit won, or lost.

    They are asked in turn, all in one order and then in the other (`nodes.judge`).
    """
    asked, judges = judgements_needed(context, won=won), context.judges
    return {judge: len(range(seat, asked, len(judges))) for seat, judge in enumerate(judges)}


def judgement_tokens(context: Context, judge: Seat) -> int:
    """How many tokens a judgement of this judge has."""
    has_name_alone = context.economy and takes_stop(context.settings[judge])
    if context.judge_mode == "probability" or has_name_alone:
        return NAME_TOKENS
    return JUDGEMENT_TOKENS
