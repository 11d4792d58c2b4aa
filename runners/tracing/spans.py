"""Spans of a row's trace by OpenTelemetry's conventions for generative AI, without texts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from langchain_core.tracers.schemas import Run
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, set_span_in_context

from runners.tracing.otel import provider_of
from runners.tracing.tree import ROLES, is_from_journal

Attributes = dict[str, Any]
_USAGE = ("input_tokens", "output_tokens")
_DETAILS = {
    "gen_ai.usage.cache_read.input_tokens": ("input_token_details", "cache_read"),
    "gen_ai.usage.cache_creation.input_tokens": ("input_token_details", "cache_creation"),
    "gen_ai.usage.reasoning.output_tokens": ("output_token_details", "reasoning"),
}
"""Attributes, and the keys of `usage_metadata` with their values."""


class SpanData(NamedTuple):
    """Name, kind and attributes of a span."""

    name: str
    kind: SpanKind
    attributes: Attributes


def emit(tracer: Tracer, root: Run, told: Mapping[str, Any]) -> int:
    """Emit the spans of a row whose graph has ended; return how many there are.

    `told` are attributes of the root.
    """
    framework = str(told["coevol.framework"])
    workflow = {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": framework,
    }
    data = SpanData(f"invoke_workflow {framework}", SpanKind.INTERNAL, {**workflow, **told})
    return _emit(tracer, root, data, None, None)


def _emit(tracer: Tracer, run: Run, data: SpanData, context: Any, k: int | None) -> int:
    span = tracer.start_span(
        data.name,
        context,
        data.kind,
        _known(data.attributes),
        start_time=_nanoseconds(run.start_time),
    )
    inside, count = set_span_in_context(span), 1
    for child, place in _placed(run, k):
        count += _emit(tracer, child, _data(child, place), inside, place)
    if run.error:
        # The message of an error may quote a row.
        span.set_status(Status(StatusCode.ERROR))
        span.set_attribute("error.type", run.error.partition("(")[0])
    span.end(_nanoseconds(run.end_time or run.start_time))
    return count


def _placed(run: Run, k: int | None) -> Iterator[tuple[Run, int | None]]:
    """The runs below a run, each with its round."""
    begun = 0
    for child in sorted(run.child_runs, key=lambda each: each.start_time):
        begun += child.name == "new_round"
        yield child, begun or k


def _data(run: Run, k: int | None) -> SpanData:
    if run.run_type in ("llm", "chat_model"):
        return _call(run)
    attributes: Attributes = {"coevol.round": k}
    if (role := ROLES.get(run.name)) is None:
        return SpanData(run.name, SpanKind.INTERNAL, attributes)
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": role}
    attributes |= {**agent, "coevol.stage": run.name}
    return SpanData(f"invoke_agent {role}", SpanKind.INTERNAL, attributes)


def _call(run: Run) -> SpanData:
    """A call; the usage of an answer from the journal was paid earlier."""
    metadata = run.metadata
    message, from_journal = _answer(run)
    usage: Attributes = {} if from_journal else message.get("usage_metadata") or {}
    response: Attributes = message.get("response_metadata") or {}
    finish = response.get("finish_reason")
    name = metadata.get("ls_model_name")
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider_of(run.name),
        "gen_ai.request.model": name,
        "gen_ai.request.temperature": metadata.get("ls_temperature"),
        "gen_ai.request.max_tokens": metadata.get("ls_max_tokens"),
        "gen_ai.response.model": response.get("model_name"),
        "gen_ai.response.finish_reasons": [finish] if finish else None,
        "coevol.from_journal": from_journal,
        **_tokens(usage),
    }
    return SpanData(f"chat {name}", SpanKind.CLIENT, attributes)


def _answer(run: Run) -> tuple[Attributes, bool]:
    """An answer's message ({} for a call without one), and whether it came from the journal."""
    batches = cast("list[list[Attributes]]", (run.outputs or {}).get("generations") or [[]])
    if not batches[0]:
        return {}, False
    generation = batches[0][0]
    return generation["message"]["kwargs"], is_from_journal(generation)


def _tokens(usage: Attributes) -> Attributes:
    """A call's usage, by the conventions' names; None if unknown."""
    details = {
        name: cast("Attributes", usage.get(group) or {}).get(kind)
        for name, (group, kind) in _DETAILS.items()
    }
    return {**{f"gen_ai.usage.{name}": usage.get(name) for name in _USAGE}, **details}


def _known(attributes: Attributes) -> Attributes:
    return {name: value for name, value in attributes.items() if value is not None}


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000
