"""Option groups: what several commands take alike, declared once, and how a command takes them."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import get_type_hints

from runners.cli import options as o

Command = Callable[..., None]


class Agents:
    """Which models speak."""

    model: o.Model = "rehearsal"
    base_url: o.BaseUrl = None
    positive_model: o.PositiveModel = None
    critical_model: o.CriticalModel = None
    advisor_model: o.AdvisorModel = None
    editor_model: o.EditorModel = None
    judge_model: o.JudgeModel = None
    set_: o.Set = None


class Sampling:
    """How models speak."""

    temperature: o.Temperature = 0.0
    top_p: o.TopP = 1.0
    max_tokens: o.MaxTokens = 1000
    system_role: o.SystemRole = "native"


class OneFramework:
    """Which agents there are."""

    framework: o.Framework = "coevol"


class Rounds:
    """How long the loop is."""

    rounds: o.Rounds = 3


class Judging:
    """What is said to agents, the judge above all."""

    prompt_pack: o.PromptPack = "coevol"
    judge_mode: o.JudgeMode = "choice"
    economy: o.Economy = False


class Conversations:
    """How far conversations are evolved."""

    window: o.Window = 3
    max_turns: o.MaxTurns = None
    max_conversation_tokens: o.MaxConversationTokens = None


class Layout:
    """How rows are read."""

    format_: o.RowFormat = None
    map_: o.FieldMap = None


class Selected:
    """Which rows are meant."""

    limit: o.Limit = None
    offset: o.Offset = 0
    where_id: o.WhereId = None


class Calls:
    """How endpoints are called."""

    concurrency: o.Concurrency = None
    rpm: o.Rpm = None
    tpm: o.Tpm = None
    timeout: o.Timeout = 300.0
    attempts: o.Attempts = 5
    give_up_after: o.GiveUpAfter = 30.0
    client: o.Client = "aiohttp"


class Cluster:
    """How a run is spread over a cluster."""

    engine: o.Engine = "local"
    ray_address: o.RayAddress = None
    actors: o.Actors = None
    concurrency_per_actor: o.ConcurrencyPerActor = None


class Failing:
    """What is done about rows that fail."""

    retry_failed: o.RetryFailed = False
    max_failures: o.MaxFailures = None


class Caching:
    """Where answers are kept."""

    cache: o.Cache = None


class Tracing:
    """What LangSmith sees."""

    trace_sample: o.TraceSample = None


class Limits:
    """What may be spent."""

    budget: o.Budget = None
    max_tokens_total: o.MaxTokensTotal = None


class Prices:
    """What tokens cost."""

    price_in: o.PriceIn = None
    price_out: o.PriceOut = None


class Telling:
    """How a run shows itself."""

    quiet: o.Quiet = False
    as_json: o.Json = False


CONDUCT = (Calls, Cluster, Failing, Caching, Tracing, Limits, Prices, Telling)
"""How a run over a dataset goes about its work."""
EVOLVING = (Rounds, Judging, Conversations, Layout, Selected, *CONDUCT)
"""What becomes of which rows, and how."""


def takes(*groups: type) -> Callable[[Command], Command]:
    """Give a command the options of these groups, after its own parameters.

    It finds their values in its `typer.Context`, by name.
    """
    hints = {
        name: (hint, vars(group)[name])
        for group in groups
        for name, hint in get_type_hints(group, include_extras=True).items()
    }
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
        for name, (hint, default) in hints.items()
    ]

    def take(command: Command) -> Command:
        own = inspect.signature(command).parameters

        @wraps(command)
        def run(**given: object) -> None:
            command(**{name: given[name] for name in own})

        run.__dict__["__signature__"] = inspect.Signature([*own.values(), *options])
        run.__annotations__ = command.__annotations__ | {
            name: hint for name, (hint, _) in hints.items()
        }
        return run

    return take
