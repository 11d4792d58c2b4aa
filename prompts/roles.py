"""The roles of the five agents, and the judge modes. Imports nothing: every command imports it."""

from typing import Literal, get_args

Role = Literal["positive", "critical", "advisor", "editor", "judge"]
Seat = Literal[
    "judge", "judge_2", "judge_3", "judge_4", "judge_5", "judge_6", "judge_7", "judge_8", "judge_9"
]
"""A judge of a panel; one alone has the role's own name."""
Speaker = Literal[Role, Seat]
"""Who has a model: a role, or a further judge of a panel."""
SEATS: tuple[Seat, ...] = get_args(Seat)
JudgeMode = Literal["choice", "score", "probability", "reasoned"]
JUDGE_MODES: tuple[JudgeMode, ...] = get_args(JudgeMode)
