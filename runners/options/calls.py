"""Options of calls: how endpoints are called. None of them changes the results."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypedDict

from annotated_types import Ge, Gt

from nodes.models.tiers import TIERS, Tier
from nodes.option import Option, OptionError, read_header_name, read_headers
from runners.calls.call_options import Client, WarmPrefix

_RUN = "Run"


def _read_tiers(text: str | list[str]) -> list[str]:
    tiers = text.split(",") if isinstance(text, str) else text
    if not tiers or len(set(tiers)) < len(tiers) or not set(tiers) <= set(TIERS):
        raise OptionError(f"write {', '.join(TIERS)}, or several with commas, each once")
    return tiers


Concurrency = Annotated[
    int | str | None,
    Option(
        None,
        "Most calls in flight, or FEWEST-MOST such as 4-64; 32 if not given. Halved when the "
        "endpoint is busy, and grown again while it keeps up.",
        _RUN,
        typed=str | None,
    ),
]
Rpm = Annotated[float | None, Gt(0), Option(None, "Most requests a minute.", _RUN)]
Tpm = Annotated[float | None, Gt(0), Option(None, "Most tokens a minute.", _RUN)]
Timeout = Annotated[float, Gt(0), Option(300.0, "Seconds that a call may take.", _RUN)]
Attempts = Annotated[int, Ge(1), Option(5, "Attempts at a call before its row fails.", _RUN)]
GiveUpAfter = Annotated[
    float,
    Ge(0),
    Option(30.0, "Minutes without an answer after which the run ends, resumable.", _RUN),
]
ClientOption = Annotated[
    Client,
    Option(
        "aiohttp",
        "openai: LangChain's ChatOpenAI over the SDK, the same answers for five times the CPU a "
        "call.",
        _RUN,
    ),
]
ServiceTier = Annotated[
    str | Sequence[Tier] | None,
    Option(
        None,
        "Service tier of every call: flex (slower, mostly for half the price), standard or "
        "priority, by whatever names the provider has for them; several, such as flex,standard, "
        "one after another (docs/cost.md).",
        _RUN,
        typed=str | None,
        read=_read_tiers,
        metavar="TIER[,TIER]",
    ),
]
TierPatience = Annotated[
    float,
    Ge(0),
    Option(
        10.0,
        "Minutes after which a call that a tier has not answered is sent to the next of --tier.",
        _RUN,
    ),
]
StrictParams = Annotated[
    bool,
    Option(
        False,
        "Stop where an endpoint refuses one of temperature, top_p, stop or the longest answer, "
        "rather than leave it out.",
        _RUN,
    ),
]
Header = Annotated[
    Mapping[str, str] | None,
    Option(
        None,
        "A header of every call, as a gateway asks for: 'X-Api-Key=$GATEWAY_KEY' in quotes, since "
        "its value stays in that variable of the environment and is never written down. Not sent "
        "to a role's own base_url. May be repeated.",
        _RUN,
        typed=list[str] | None,
        read=read_headers,
        metavar="NAME=$VARIABLE",
        conceals=True,
    ),
]
WarmPrefixOption = Annotated[
    WarmPrefix,
    Option(
        "auto",
        "on: of calls whose prompts begin alike, as with the pack shared-prefix, the others wait "
        "until the first is answered, and find its sample in the endpoint's cache; auto: so at "
        "Anthropic's and OpenAI's own addresses, for 1,024 tokens and more.",
        _RUN,
    ),
]
AffinityHeader = Annotated[
    str | None,
    Option(
        None,
        "A header with a key of the row in every call to an OpenAI-compatible endpoint, such as "
        "X-Session-Id: by it a router sends the calls of a row to one replica, whose prefix cache "
        "has the row's sample (docs/cost.md).",
        _RUN,
        read=read_header_name,
        metavar="NAME",
    ),
]


class Calls(TypedDict, total=False):
    """How endpoints are called."""

    concurrency: Concurrency
    rpm: Rpm
    tpm: Tpm
    timeout: Timeout
    attempts: Attempts
    give_up_after: GiveUpAfter
    client: ClientOption
    strict_params: StrictParams
    header: Header
    warm_prefix: WarmPrefixOption
    affinity_header: AffinityHeader


class ServiceTiers(TypedDict, total=False):
    """Which of a provider's service tiers answer."""

    tier: ServiceTier
    tier_patience: TierPatience
