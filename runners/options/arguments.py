"""Arguments: what a person typed becomes settings; whatever can't be read is a UsageError."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from nodes.conversation import ConversationContext
from runners.calls.call_options import CallOptions, Retries
from runners.calls.prices import Price
from runners.calls.spending import Budget
from runners.data.dataset import Selection
from runners.data.formats import Format, parse_format
from runners.errors import UsageError
from runners.run.plan import Conduct, MaxFailures
from runners.run.progress import Style
from runners.run.ray.scale import ACTORS, Scale

Params = Mapping[str, Any]
"""A command's arguments by name, as typer has read them."""


def read_context(params: Params) -> ConversationContext:
    """Make the graph's context. Raises UsageError naming the setting."""
    fields = {name: params[name] for name in ConversationContext.model_fields if name in params}
    fields |= {
        "max_rounds": params["rounds"],
        "role_settings": params.get("role_settings") or _read_roles(params.get("set_") or []),
    }
    try:
        return ConversationContext(**fields)
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part) for part in problem["loc"])
        raise UsageError(f"{name} = {problem['input']!r}: {problem['msg']}") from None


def read_format(params: Params) -> Format | None:
    """Make the rows' format; None to find it. Raises UsageError."""
    name, mapping = params["format_"], params["map_"]
    if name is not None and mapping is not None:
        raise UsageError("--format and --map: give one of them")
    text = name if mapping is None else f"map:{mapping}"
    return None if text is None else parse_format(text)


def read_selection(params: Params) -> Selection:
    """Make which rows are meant."""
    return Selection(
        limit=params["limit"], offset=params["offset"], where_id=params["where_id"] or []
    )


def style_of(params: Params) -> Style:
    """How a run shows itself."""
    return "json" if params["as_json"] else "quiet" if params["quiet"] else "auto"


def read_conduct(params: Params) -> Conduct:
    """Make how a run goes about its work. Raises UsageError naming the option."""
    return Conduct(
        options=read_engine_options(params),
        scale=_read_scale(params),
        budget=Budget(params["budget"], params["max_tokens_total"]),
        price=read_price(params["price_in"], params["price_out"]),
        retry_failed=params["retry_failed"],
        max_failures=_read_max_failures(params["max_failures"]),
        cache=params["cache"],
        trace_sample=params["trace_sample"],
    )


def _read_roles(assignments: list[str]) -> Any:
    roles: dict[str, dict[str, str]] = {}
    for assignment in assignments:
        match = re.fullmatch(r"(\w+)\.(\w+)=(.+)", assignment)
        if match is None:
            raise UsageError(f"--set {assignment}: write ROLE.NAME=VALUE")
        roles.setdefault(match[1], {})[match[2]] = match[3]
    return roles


def read_engine_options(params: Params) -> CallOptions:
    """Make how endpoints are called. Raises UsageError naming the option."""
    return CallOptions(
        concurrency=_read_concurrency(params),
        rpm=params["rpm"],
        tpm=params["tpm"],
        retries=Retries(params["timeout"], params["attempts"]),
        give_up_after=params["give_up_after"] * 60,
        client=params["client"],
    )


def _read_concurrency(params: Params) -> tuple[int, int]:
    """Fewest and most calls in flight; those of all actors where only theirs are given."""
    text: str | None = params["concurrency"]
    if text is None:
        own = params.get("concurrency_per_actor")
        return 1, 32 if own is None else own * (params["actors"] or ACTORS)
    match = re.fullmatch(r"(?:(\d+)-)?(\d+)", text)
    lowest, highest = (int(match[1] or 1), int(match[2])) if match else (0, 0)
    if not 1 <= lowest <= highest:
        raise UsageError(f"--concurrency {text}: write N, or FEWEST-MOST such as 4-64")
    return lowest, highest


def _read_scale(params: Params) -> Scale | None:
    """Make how a run is spread over a cluster. Raises UsageError for options that go with it."""
    if params["engine"] == "ray":
        actors, own = params["actors"] or ACTORS, params["concurrency_per_actor"]
        return Scale(params["ray_address"], actors, own)
    for name in ("ray_address", "actors", "concurrency_per_actor"):
        if params[name] is not None:
            raise UsageError(f"--{name.replace('_', '-')} goes with --engine ray")
    return None


def read_price(price_in: float | None, price_out: float | None) -> Price | None:
    """Make the user's own price of dollars a million tokens. Raises UsageError."""
    if price_in is None and price_out is None:
        return None
    if price_in is None or price_out is None:
        raise UsageError("--price-in and --price-out go together")
    return Price(price_in / 1_000_000, price_out / 1_000_000)


def _read_max_failures(text: str | None) -> MaxFailures | None:
    """Read `N` or `P%`. Raises UsageError."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)|(\d+(?:\.\d+)?)%", text)
    if match is None:
        raise UsageError(f"--max-failures {text}: write a number such as 20, or a share such as 2%")
    return MaxFailures(int(match[1])) if match[1] else MaxFailures(float(match[2]) / 100, True)
