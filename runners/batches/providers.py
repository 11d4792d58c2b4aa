"""Providers: whose batches coevol knows, by models' strings. Each is imported when asked for."""

from nodes.models.names import Endpoint, endpoint_of, split_model
from nodes.models.settings import ModelSettings
from runners.batches.protocol import Bodies, Provider
from runners.errors import UsageError


def open_provider(settings: ModelSettings) -> Provider:
    """Make the client for a model's batches.

    Raises UsageError if coevol knows none, ModelError as the model's own client does.
    """
    endpoint = _checked(settings)
    from runners.batches.openai_batches import OpenAIBatches

    return OpenAIBatches(endpoint)


def bodies_of(settings: ModelSettings) -> Bodies:
    """What makes the bodies of calls with these settings. Raises as `open_provider` does."""
    endpoint = _checked(settings)
    from runners.batches.openai_batches import openai_bodies

    return openai_bodies(settings, endpoint)


def check_batches(settings: ModelSettings) -> None:
    """Raise UsageError if coevol knows no batches for a model, or can't send them there."""
    _checked(settings)


def _checked(settings: ModelSettings) -> Endpoint:
    endpoint = endpoint_of(settings)
    if endpoint is None:
        provider = split_model(settings.model)[0]
        raise UsageError(f"--engine batch: coevol knows no batches of {provider}; {_LOCAL}")
    if settings.more_urls:
        raise UsageError("--engine batch: a batch has one address; give one base URL")
    if endpoint.is_azure and endpoint.api_version:
        hint = "leave OPENAI_API_VERSION unset"
        raise UsageError(f"--engine batch: Azure has batches at its /openai/v1 alone; {hint}")
    return endpoint


_LOCAL = "--engine local sends calls one by one"
