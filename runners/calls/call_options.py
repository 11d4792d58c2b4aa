"""How a run calls its endpoints. None of it affects the results."""

from typing import Literal, NamedTuple

from nodes.models.tiers import Tier

WarmPrefix = Literal["auto", "on", "off"]
Client = Literal["aiohttp", "openai"]
"""The client for OpenAI-compatible endpoints: coevol's own, or LangChain's ChatOpenAI."""


class Retries(NamedTuple):
    """Timeout and number of attempts of a call."""

    timeout: float = 300.0
    """Timeout of one attempt, in seconds."""
    attempts: int = 5
    """Failed attempts after which the row fails; refusals (429, 503, 529) don't count."""


class CallOptions(NamedTuple):
    """The options about calls that a person can set, and what the rows ask for."""

    concurrency: tuple[int, int] = (1, 32)
    """Fewest and most calls in flight at an endpoint."""
    rpm: float | None = None
    tpm: float | None = None
    retries: Retries = Retries()
    give_up_after: float = 1800.0
    """Seconds without any answer after which the run stops."""
    client: Client = "aiohttp"
    tiers: tuple[Tier, ...] = ()
    """The service tiers to try, in this order; empty to ask for no tier."""
    tier_patience: float = 600.0
    """Seconds without an answer after which a call moves on to the next tier."""
    warm_prefix: WarmPrefix = "auto"
    """Whether calls with the same beginning wait until the first of them is answered."""
    affinity_header: str | None = None
    """Name of a header that carries the row's key, for a router in front of the endpoint."""
    strict_params: bool = False
    """Whether a parameter that an endpoint rejects is an error, instead of being left out."""
    call_tokens: int = 0
    """Tokens of the longest call, prompt and answer together, for which a model in the process is
    loaded; found from the rows. 0 where nothing is known of them."""
