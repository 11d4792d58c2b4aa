"""Sizes: what a call is expected to take, and what it may take at the most, before it is sent."""

from typing import NamedTuple, Self

from nodes.models.request import keeps_for_an_hour, longest_answer
from nodes.models.settings import ModelSettings
from prompts.roles import Speaker
from runners.calls.admission import CallRequest
from runners.calls.spent import Spent

BYTES_A_TOKEN = 4
_FEWEST_BYTES_A_TOKEN = 2
"""For what a call may take at the most: few texts have more than a token in two bytes of UTF-8."""


class Sizes(NamedTuple):
    """What is known of the calls of one model with one group of settings."""

    model: str
    longest: int
    """The most tokens of an answer."""
    for_an_hour: bool
    """Whether prompts may be written into a cache for an hour, which costs more."""

    @classmethod
    def of(cls, settings: ModelSettings) -> Self:
        """Those of calls with these settings."""
        return cls(settings.model, longest_answer(settings), keeps_for_an_hour(settings))

    def request(
        self,
        role: Speaker,
        endpoints: tuple[str, ...],
        length: int,
        avoids: tuple[str, ...] = (),
        tier: str = "",
    ) -> CallRequest:
        """What admission is asked for, for a prompt of so many bytes."""
        expected = length // BYTES_A_TOKEN + self.longest // 2
        given = length // _FEWEST_BYTES_A_TOKEN
        written = given if self.for_an_hour else 0
        most = Spent(1, 0, given, self.longest, cache_written_1h_tokens=written)
        return CallRequest(role, endpoints, self.model, expected, most, avoids, tier)
