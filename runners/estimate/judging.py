"""Judgements in an estimate: how many each judge of a round gives, and how long they are."""

from nodes.context import Context
from nodes.models.request import takes_stop
from nodes.scores import judgements_needed
from prompts.roles import Seat

JUDGEMENT_TOKENS = 130
"""Length of a verdict with its explanation."""
NAME_TOKENS = 6
"""Length of a bare verdict, as judge mode `probability` and economy ask for it."""


def judgements_of(context: Context, *, won: bool) -> dict[Seat, int]:
    """Number of judgements that each judge gives in a round if all prefer the edit, or none does.

    All judges are asked in one order, then in the other, until the round is decided
    (`nodes.judge`).
    """
    asked, judges = judgements_needed(context, won=won), context.judges
    return {judge: len(range(seat, asked, len(judges))) for seat, judge in enumerate(judges)}


def judgement_tokens(context: Context, judge: Seat) -> int:
    """Length of one of this judge's judgements, in tokens."""
    has_name_alone = context.economy and takes_stop(context.settings[judge])
    if context.judge_mode == "probability" or has_name_alone:
        return NAME_TOKENS
    return JUDGEMENT_TOKENS
