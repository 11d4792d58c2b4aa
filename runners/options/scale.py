"""Options of scale: over a cluster, or in batches. None of them changes the results."""

from typing import Annotated, Literal, TypedDict

from annotated_types import Ge

from nodes.option import Option

_SCALE = "Scale"

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
        "Address of the cluster, or auto for this machine's; if not given, one is started for the "
        "run.",
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
    Option(None, "Waiting calls that make a batch at once; 1000 if not given.", _SCALE),
]
BatchDelay = Annotated[
    float | None,
    Ge(0),
    Option(
        None,
        "Seconds without a new call after which fewer calls make a batch, too; 30 if not given.",
        _SCALE,
    ),
]
BatchTokens = Annotated[
    int | None,
    Ge(1),
    Option(None, "Most prompt tokens in all batches at once, for a provider's quota.", _SCALE),
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
        "Send calls that two batches have not answered one by one, at full price, rather than let "
        "their rows fail.",
        _SCALE,
    ),
]


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
