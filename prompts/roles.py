"""The roles of the five agents, and the ways to ask the judge. Light: the command line reads it."""

from typing import Literal, get_args

Role = Literal["positive", "critical", "advisor", "editor", "judge"]
Seat = Literal[
    "judge", "judge_2", "judge_3", "judge_4", "judge_5", "judge_6", "judge_7", "judge_8", "judge_9"
]
"""A judge of a panel; one alone has the role's own name."""
Speaker = Literal[Role, Seat]
"""Whose model is called: a role's, or that of a further judge."""
SEATS: tuple[Seat, ...] = get_args(Seat)
JudgeMode = Literal["choice", "score", "probability", "reasoned"]
JUDGE_MODES: tuple[JudgeMode, ...] = get_args(JudgeMode)
