"""OpenTelemetry: what its standard variables ask for, and its words for calls to models.

The conventions for generative AI, which are still in development:
https://opentelemetry.io/docs/specs/semconv/gen-ai/

LangSmith's library has an export to OpenTelemetry (LANGSMITH_OTEL_ENABLED; tried with 0.15.0). It
would take a row's whole tree without a line of ours, but it is not used: it sends LangSmith's key
to the collector in a header, and all texts unless LangSmith is not to see them either (152 KB for
two rows of one round, of which 13 KB are left here); it guesses the provider by the model's name,
takes a row's id for that of an answer and its stop reason for a finish reason, and sets the tracer
provider of the whole process.
"""

import os
from threading import Thread
from typing import TYPE_CHECKING, Literal, Protocol

from runners.extras import import_extra

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_PATIENCE = 6.0
"""Seconds after the end for delivering what is left."""
_PROVIDERS = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "gemini": "gcp.gemini",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "xai": "x_ai",
}
"""The conventions' names for providers, where they differ from model strings."""


def is_wanted(signal: Literal["traces", "metrics"]) -> bool:
    """Whether the environment names a collector for this signal, and has not switched it off."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if os.environ.get(f"OTEL_{signal.upper()}_EXPORTER", "otlp") != "otlp":
        return False
    return bool(os.environ.get(ENDPOINT) or os.environ.get(_own_endpoint(signal)))


def _own_endpoint(signal: str) -> str:
    return f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT"


def need_sdk() -> None:
    """Raise UsageError that says how to install what is missing."""
    for package in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"):
        import_extra(package, f"{ENDPOINT} is set", "otel")


def resource() -> "Resource":
    """The sender: `coevol`, unless the environment names the service."""
    from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource

    return Resource.create({SERVICE_NAME: "coevol"}).merge(OTELResourceDetector().detect())


class Provider(Protocol):
    """One of the SDK's providers."""

    def shutdown(self) -> object:
        """Send what is left."""
        ...


def shut_down(provider: Provider) -> None:
    """Send what is left within a few seconds; the SDK would wait for half a minute."""
    closing = Thread(target=provider.shutdown, name="otel", daemon=True)
    closing.start()
    closing.join(_PATIENCE)


def provider_of(model: str) -> str:
    """The conventions' name for the provider of a model string."""
    provider = model.partition(":")[0]
    return _PROVIDERS.get(provider, provider)
