"""The roles of the five agents, and the ways to ask the judge. Light: the command line reads it."""

from typing import Literal

Role = Literal["positive", "critical", "advisor", "editor", "judge"]
JudgeMode = Literal["choice", "score"]
