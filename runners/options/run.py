"""Options of a run: which agents there are, how endpoints are called, what is done on failures.

But for the framework, none of them changes what comes out of a row.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le

from graph.frameworks import Framework
from nodes.models.tiers import TIERS, Tier
from nodes.option import Option, OptionError, read_header_name, read_headers
from runners.calls.call_options import Client, WarmPrefix

_RUN, _SCALE = "Run", "Scale"


def _read_tiers(text: str | list[str]) -> list[str]:
    tiers = text.split(",") if isinstance(text, str) else text
    if not tiers or len(set(tiers)) < len(tiers) or not set(tiers) <= set(TIERS):
        raise OptionError(f"write {', '.join(TIERS)}, or several with commas, each once")
    return tiers


FrameworkOption = Annotated[
    Framework,
    Option(
        "coevol",
        "One of the settings of section 4.1: all but coevol make one pass, and nobody judges it.",
        _RUN,
    ),
]
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
Engine = Annotated[
    Literal["local", "ray", "batch"],
    Option(
        "local",
        "local: this process; ray: actors of a Ray cluster; batch: calls go to the provider in "
        "batches, at half price and within a day.",
        _SCALE,
    ),
]
RayAddress = Annotated[
    str | None,
    Option(
        None,
        "The cluster's, auto for this machine's; if not given, one is started for this run.",
        _SCALE,
    ),
]
Actors = Annotated[
    int | None,
    Ge(1),
    Option(None, "Actors that evolve samples, a CPU each; 2 if not given.", _SCALE),
]
ConcurrencyPerActor = Annotated[
    int | None,
    Ge(1),
    Option(
        None,
        "Most calls in flight of one actor; --concurrency is the most of all of them together.",
        _SCALE,
    ),
]
BatchSize = Annotated[
    int | None,
    Ge(1),
    Option(None, "Calls that make a batch as soon as they wait; 1000 if not given.", _SCALE),
]
BatchDelay = Annotated[
    float | None,
    Ge(0),
    Option(
        None,
        "Seconds since the last call came in after which fewer make one, too; 30 if not given.",
        _SCALE,
    ),
]
BatchTokens = Annotated[
    int | None,
    Ge(1),
    Option(None, "Most tokens of prompts in all batches at once, as a quota has it.", _SCALE),
]
BatchRows = Annotated[
    int | None,
    Ge(1),
    Option(None, "Most rows open at once with --engine batch; 10000 if not given.", _SCALE),
]
BatchFallback = Annotated[
    bool,
    Option(
        False,
        "Send calls by themselves, at full price, that two batches have not answered, rather than "
        "let their rows fail.",
        _SCALE,
    ),
]
RetryFailed = Annotated[bool, Option(False, "Try the failed rows again.", _RUN)]
RetryTruncated = Annotated[
    bool,
    Option(
        False,
        "Take the rows again whose answers were cut off before the present --max-tokens.",
        _RUN,
    ),
]
MaxFailures = Annotated[
    int | str | None,
    Option(
        None,
        "Stop after more failed rows: N, or P%.",
        _RUN,
        typed=str | None,
        metavar="N|P%",
    ),
]
UnfitJudge = Annotated[
    Literal["stop", "go-on"],
    Option(
        "stop",
        "What becomes of a run, resumable, whose judge is plainly unfit: after 50 rounds nine in "
        "ten of its answers hold no verdict, or nineteen in twenty of its winners change with the "
        "order.",
        _RUN,
    ),
]
Cache = Annotated[
    str | os.PathLike[str] | None,
    Option(None, "Journal of answered calls to share between runs.", _RUN, typed=Path | None),
]
TraceSample = Annotated[
    float | None,
    Ge(0),
    Le(1),
    Option(
        None,
        "Share of the rows to trace in LangSmith and by OpenTelemetry, where they are on, such as "
        "0.01; the same rows at each start.",
        _RUN,
    ),
]


class OneFramework(TypedDict, total=False):
    """Which agents there are."""

    framework: FrameworkOption


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


class Cluster(TypedDict, total=False):
    """How a run is spread over a cluster."""

    engine: Engine
    ray_address: RayAddress
    actors: Actors
    concurrency_per_actor: ConcurrencyPerActor


class Batches(TypedDict, total=False):
    """How calls become batches."""

    batch_size: BatchSize
    batch_delay: BatchDelay
    batch_tokens: BatchTokens
    batch_rows: BatchRows
    batch_fallback: BatchFallback


class FailureOptions(TypedDict, total=False):
    """What is done about rows that fail."""

    retry_failed: RetryFailed
    retry_truncated: RetryTruncated
    max_failures: MaxFailures


class Distrusting(TypedDict, total=False):
    """What is done about a judge whose verdicts carry no information."""

    unfit_judge: UnfitJudge


class Caching(TypedDict, total=False):
    """Where answers are kept."""

    cache: Cache


class TracingOptions(TypedDict, total=False):
    """What LangSmith sees."""

    trace_sample: TraceSample
