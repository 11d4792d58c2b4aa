"""How a run calls its endpoints. Nothing here changes what comes out of a row."""

from typing import Literal, NamedTuple

from nodes.models.tiers import Tier

WarmPrefix = Literal["auto", "on", "off"]
Client = Literal["aiohttp", "openai"]
"""What speaks to OpenAI-compatible endpoints: coevol's own chat model, or ChatOpenAI."""


class Retries(NamedTuple):
    """How long and how often a call is tried."""

    timeout: float = 300.0
    """Seconds that one attempt may take."""
    attempts: int = 5
    """Attempts that may fail before the row does; refusals (429, 503, 529) are none."""


class CallOptions(NamedTuple):
    """What a person may say about it."""

    concurrency: tuple[int, int] = (1, 32)
    """Fewest and most calls in flight at an endpoint."""
    rpm: float | None = None
    tpm: float | None = None
    retries: Retries = Retries()
    give_up_after: float = 1800.0
    """Seconds without any answer after which the run stops."""
    client: Client = "aiohttp"
    tiers: tuple[Tier, ...] = ()
    """The service tiers that calls go to, one after another; none to ask for none."""
    tier_patience: float = 600.0
    """Seconds after which a call without an answer goes on to the next tier."""
    warm_prefix: WarmPrefix = "auto"
    """Whether calls that begin alike wait until the first of them has been answered."""
    affinity_header: str | None = None
    """A header with a key of the row, for a router before the endpoint; None for none."""
    strict_params: bool = False
    """Whether an entry that an endpoint refuses is an error, rather than left out."""
