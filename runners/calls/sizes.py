"""Sizes: the expected and the largest possible usage of a call, before it is sent."""

from typing import NamedTuple, Self

from nodes.models.request import keeps_for_an_hour, longest_answer
from nodes.models.settings import ModelSettings
from prompts.roles import Speaker
from runners.calls.admission import CallRequest
from runners.calls.spent import Spent

BYTES_A_TOKEN = 4
_FEWEST_BYTES_A_TOKEN = 2
"""For the upper bound of a prompt's tokens: few texts have more than one token per two bytes of
UTF-8."""


class Sizes(NamedTuple):
    """What is known about the calls of one model with one group of settings."""

    model: str
    longest: int
    """The most tokens of an answer."""
    for_an_hour: bool
    """Whether prompts may be cached for an hour, which costs more."""

    @classmethod
    def of(cls, settings: ModelSettings) -> Self:
        """The sizes of calls with these settings."""
        return cls(settings.model, longest_answer(settings), keeps_for_an_hour(settings))

    def request(
        self,
        role: Speaker,
        endpoints: tuple[str, ...],
        length: int,
        avoids: tuple[str, ...] = (),
        tier: str = "",
    ) -> CallRequest:
        """The request to admission for a prompt of `length` bytes."""
        expected = length // BYTES_A_TOKEN + self.longest // 2
        given = length // _FEWEST_BYTES_A_TOKEN
        written = given if self.for_an_hour else 0
        most = Spent(1, 0, given, self.longest, cache_written_1h_tokens=written)
        return CallRequest(role, endpoints, self.model, expected, most, avoids, tier)
