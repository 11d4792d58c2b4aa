"""Providers: whose batches coevol knows, by models' strings. Each is imported when asked for."""

from nodes.models.names import Endpoint, endpoint_name, endpoint_of, split_model
from nodes.models.settings import ModelSettings
from runners.batches.protocol import Bodies, Provider
from runners.errors import UsageError

_ANTHROPIC = "anthropic"


def open_provider(settings: ModelSettings) -> Provider:
    """Make the client for a model's batches.

    Raises UsageError if coevol knows none, ModelError as the model's own client does.
    """
    endpoint = _checked(settings)
    if endpoint is None:
        from runners.batches.anthropic_batches import AnthropicBatches

        return AnthropicBatches(settings, endpoint_name(settings))
    from runners.batches.openai_batches import OpenAIBatches

    return OpenAIBatches(endpoint)


def bodies_of(settings: ModelSettings) -> Bodies:
    """What makes the bodies of calls with these settings. Raises as `open_provider` does."""
    endpoint = _checked(settings)
    if endpoint is None:
        from runners.batches.anthropic_batches import AnthropicBodies

        return AnthropicBodies(settings)
    from runners.batches.openai_batches import openai_bodies

    return openai_bodies(settings, endpoint)


def check_batches(settings: ModelSettings) -> None:
    """Raise UsageError if coevol knows no batches for a model, or can't send them there."""
    _checked(settings)


def _checked(settings: ModelSettings) -> Endpoint | None:
    """Where an OpenAI-compatible model is called; None for Anthropic's."""
    endpoint, provider = endpoint_of(settings), split_model(settings.model)[0]
    if endpoint is None and provider != _ANTHROPIC:
        hint = "--engine local sends calls one by one"
        raise UsageError(f"--engine batch: coevol knows no batches of {provider}; {hint}")
    if settings.more_urls:
        raise UsageError("--engine batch: a batch has one address; give one base URL")
    if endpoint is not None and endpoint.is_azure and endpoint.api_version:
        hint = "leave OPENAI_API_VERSION unset"
        raise UsageError(f"--engine batch: Azure has batches at its /openai/v1 alone; {hint}")
    return endpoint
