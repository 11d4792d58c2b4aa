"""Arguments: turns the options of a run into its settings, or raises a UsageError."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nodes.conversation import ConversationContext
from nodes.guards.own import Check, OwnGuard, OwnGuardError, own_guard
from nodes.models.request import LIMITS, OURS
from nodes.options import LEFT_OUT, PLAIN, SAMPLING
from runners.batches.options import BatchOptions
from runners.calls.call_options import CallOptions, Retries
from runners.calls.spending import Budget
from runners.data.choice import Choice
from runners.data.dataset import Selection
from runners.data.formats import Format, parse_format
from runners.data.recoded import check_encoding
from runners.data.where import Where
from runners.errors import UsageError
from runners.options.declared import all_options
from runners.options.nearest import nearest
from runners.options.pricing import read_price
from runners.options.problems import problem_of
from runners.options.resolve import Params, as_typed
from runners.run.plan import Conduct, MaxFailures
from runners.run.progress import Style
from runners.run.ray.scale import ACTORS, Scale


def read_context(params: Params) -> ConversationContext:
    """The graph's context. Raises UsageError naming the setting."""
    fields = {name: params[name] for name in ConversationContext.model_fields if name in params}
    sampling = {name: fields.pop(name) for name in SAMPLING}
    shared = _split(sampling, "")
    roles: Mapping[str, Mapping[str, Any]] = params["role_settings"] or {}
    fields |= {
        **{name: value for name, value in shared.items() if name != "params"},
        "params": {**shared["params"], **_checked(params["params"] or {}, "--param ")},
        "max_rounds": params["rounds"],
        "role_settings": {role: _split(own, f"--set {role}.") for role, own in roles.items()},
    }
    try:
        context = ConversationContext(**fields)
    except ValidationError as error:
        raise UsageError(_told(error)) from None
    context = context.with_own_guards(map(_read_guard, params["guard"] or ()))
    return context.with_headers(params["header"] or {})


def read_judges(params: Params) -> ConversationContext:
    """The context of commands in which only judges speak, which need no other model.

    Raises UsageError naming the setting.
    """
    judges: str | list[str] = params["judge_model"]
    return read_context({**params, "model": judges if isinstance(judges, str) else judges[0]})


def with_max_tokens(context: ConversationContext, given: int | str) -> ConversationContext:
    """The settings with another `max_tokens` for all roles without one of their own."""
    kept = {name: value for name, value in context.params.items() if name not in LIMITS}
    said = _split({"max_tokens": given}, "")
    return context.with_fields({**said, "params": {**kept, **said["params"]}})


def _read_guard(given: str | Check) -> OwnGuard:
    try:
        return own_guard(given)
    except OwnGuardError as error:
        shown = f" {given}" if isinstance(given, str) else ""
        raise UsageError(f"--guard{shown}: {error}") from None


def _split(said: Mapping[str, Any], called: str) -> dict[str, Any]:
    """Split settings into fields and `params`: all others, and those left out of calls."""
    entries = dict(said)
    nested: Mapping[str, Any] = entries.pop("params", {})
    own = {name: entries.pop(name) for name in PLAIN if entries.get(name, LEFT_OUT) != LEFT_OUT}
    left_out = {name: None if value == LEFT_OUT else value for name, value in entries.items()}
    return {**own, "params": _checked({**left_out, **nested}, called)}


def _checked(entries: Mapping[str, Any], called: str) -> dict[str, Any]:
    """Entries of a call's body. Raises UsageError for a reserved name, or a typo."""
    for name in entries:
        if name in OURS:
            raise UsageError(f"{called}{name}: belongs to the call itself; leave it out")
        meant = None if name in PLAIN else nearest(name, PLAIN, cutoff=0.85)
        if meant is not None:
            raise UsageError(f"{called}{name}: did you mean {meant}?")
    return dict(entries)


def _told(error: ValidationError) -> str:
    problem = error.errors()[0]
    where, message = problem["loc"], problem_of(problem)
    if len(where) == 1 and where[0] in all_options():
        said: object = problem["input"]
        shown = "" if isinstance(said, bool) else f" {as_typed(said)}"
        return f"{all_options()[str(where[0])].flag}{shown}: {message}"
    name = ".".join(map(str, where)).replace("role_settings.", "--set ")
    return f"{name} = {problem['input']!r}: {message}"


def read_format(params: Params) -> Format | None:
    """The rows' format; None to detect it. Raises UsageError."""
    name, mapping = params["format"], params["map"]
    if name is not None and mapping is not None:
        raise UsageError("--format and --map: give one of them")
    if mapping is not None:
        name = "map:" + ",".join(f"{field}={own}" for field, own in mapping.items())
    return None if name is None else parse_format(name)


def read_encoding(params: Params) -> str | None:
    """The encoding of text files; None for UTF-8. Raises UsageError."""
    return None if params["encoding"] is None else check_encoding(params["encoding"])


def read_selection(params: Params) -> Selection:
    """The selection of rows."""
    return Selection(
        limit=params["limit"], offset=params["offset"], where_id=list(params["where_id"] or [])
    )


def read_row_choice(params: Params) -> Choice:
    """Which rows are evolved. Raises UsageError if --where is not an expression."""
    if params["where"] is not None:
        Where(params["where"])
    return Choice(where=params["where"], sample=params["sample"], seed=params["seed"])


def style_of(params: Params) -> Style:
    """How a run shows its progress."""
    return "json" if params["json"] else "quiet" if params["quiet"] else "auto"


def read_conduct(params: Params) -> Conduct:
    """How a run is carried out. Raises UsageError naming the option."""
    return Conduct(
        options=read_call_options(params),
        scale=_read_scale(params),
        batches=read_batches(params),
        budget=Budget(params["budget"], params["max_tokens_total"]),
        price=read_price(params),
        retry_failed=params["retry_failed"],
        retry_truncated=params["retry_truncated"],
        max_failures=_read_max_failures(params["max_failures"]),
        stops_unfit_judge=params["unfit_judge"] == "stop",
        cache=None if params["cache"] is None else Path(params["cache"]),
        trace_sample=params["trace_sample"],
    )


def read_call_options(params: Params) -> CallOptions:
    """How endpoints are called. Raises UsageError naming the option."""
    return CallOptions(
        concurrency=_read_concurrency(params),
        rpm=params["rpm"],
        tpm=params["tpm"],
        retries=Retries(params["timeout"], params["attempts"]),
        give_up_after=params["give_up_after"] * 60,
        client=params["client"],
        tiers=tuple(params["tier"] or ()),
        tier_patience=params["tier_patience"] * 60,
        warm_prefix=params["warm_prefix"],
        affinity_header=params["affinity_header"],
        strict_params=params["strict_params"],
    )


def _read_concurrency(params: Params) -> tuple[int, int]:
    """Fewest and most calls in flight; those of all actors if only theirs are given."""
    given: int | str | None = params["concurrency"]
    if given is None:
        own = params["concurrency_per_actor"]
        return 1, 32 if own is None else own * (params["actors"] or ACTORS)
    text = str(given)
    match = re.fullmatch(r"(?:(\d+)-)?(\d+)", text)
    lowest, highest = (int(match[1] or 1), int(match[2])) if match else (0, 0)
    if not 1 <= lowest <= highest:
        raise UsageError(f"--concurrency {text}: write N, or FEWEST-MOST such as 4-64")
    return lowest, highest


def _read_scale(params: Params) -> Scale | None:
    """How a run is spread over a cluster. Raises UsageError for options that need one."""
    if params["engine"] == "ray":
        actors, own = params["actors"] or ACTORS, params["concurrency_per_actor"]
        return Scale(params["ray_address"], actors, own)
    for name in ("ray_address", "actors", "concurrency_per_actor"):
        if params[name] is not None:
            raise UsageError(f"--{name.replace('_', '-')} goes with --engine ray")
    return None


def read_batches(params: Params) -> BatchOptions | None:
    """How calls become batches. Raises UsageError for options that need batches."""
    given = {each: params[f"batch_{each}"] for each in ("size", "delay", "tokens", "rows")}
    said = {name: value for name, value in given.items() if value is not None}
    falls_back = params["batch_fallback"]
    if params["engine"] == "batch":
        if params["tier"]:
            raise UsageError("--tier: batches are a tier of their own; leave it out")
        return BatchOptions(**said, falls_back=falls_back)
    if said or falls_back:
        name = next(iter(said), "fallback")
        raise UsageError(f"--batch-{name} goes with --engine batch")
    return None


def _read_max_failures(given: int | str | None) -> MaxFailures | None:
    """Read `N` or `P%`. Raises UsageError."""
    if given is None:
        return None
    text = str(given)
    match = re.fullmatch(r"(\d+)|(\d+(?:\.\d+)?)%", text)
    if match is None:
        raise UsageError(f"--max-failures {text}: write a number such as 20, or a share such as 2%")
    return MaxFailures(int(match[1])) if match[1] else MaxFailures(float(match[2]) / 100, True)
