"""Providers: whose batches coevol knows, by models' strings. Each is imported when asked for."""

from urllib.parse import urlsplit

from nodes.models.names import Endpoint, endpoint_name, endpoint_of, split_model
from nodes.models.settings import ModelSettings
from runners.batches.protocol import BatchProvider, Bodies
from runners.errors import UsageError

_ANTHROPIC, _GOOGLE = "anthropic", "google_genai"
_GEMINI = "gemini"
"""Google's endpoint for OpenAI's protocol: it takes no files, of which batches are made."""
_TOGETHER, _TOGETHER_HOSTS = "together", ("api.together.xyz", "api.together.ai")


def open_provider(settings: ModelSettings) -> BatchProvider:
    """Make the client for a model's batches.

    Raises UsageError if coevol knows none, ModelError as the model's own client does.
    """
    endpoint = _checked(settings)
    if endpoint is not None and _is_together(settings, endpoint):
        from runners.batches.together_batches import TogetherBatches

        return TogetherBatches(endpoint)
    if endpoint is not None:
        from runners.batches.openai_batches import OpenAIBatches

        return OpenAIBatches(endpoint)
    if split_model(settings.model)[0] == _GOOGLE:
        from runners.batches.google_batches import GoogleBatches

        return GoogleBatches(settings)
    from runners.batches.anthropic_batches import AnthropicBatches

    return AnthropicBatches(settings, endpoint_name(settings))


def bodies_of(settings: ModelSettings) -> Bodies:
    """What makes the bodies of calls with these settings. Raises as `open_provider` does."""
    endpoint = _checked(settings)
    if endpoint is not None:
        from runners.batches.openai_files import openai_bodies

        return openai_bodies(settings, endpoint)
    if split_model(settings.model)[0] == _GOOGLE:
        from runners.batches.google_batches import GoogleBodies

        return GoogleBodies(settings)
    from runners.batches.anthropic_batches import AnthropicBodies

    return AnthropicBodies(settings)


def check_batches(settings: ModelSettings) -> None:
    """Raise UsageError if coevol knows no batches for a model, or can't send them there."""
    _checked(settings)


def _is_together(settings: ModelSettings, endpoint: Endpoint) -> bool:
    """Whether it is Together's own protocol that an OpenAI-compatible model's batches speak."""
    host = urlsplit(endpoint.base_url).hostname
    return split_model(settings.model)[0] == _TOGETHER or host in _TOGETHER_HOSTS


def _checked(settings: ModelSettings) -> Endpoint | None:
    """Where an OpenAI-compatible model is called; None for Anthropic's and Google's."""
    endpoint, (provider, name) = endpoint_of(settings), split_model(settings.model)
    if endpoint is None and provider not in (_ANTHROPIC, _GOOGLE):
        hint = "--engine local sends calls one by one"
        raise UsageError(f"--engine batch: coevol knows no batches of {provider}; {hint}")
    if settings.more_urls:
        raise UsageError("--engine batch: a batch has one address; give one base URL")
    if provider == _GEMINI and settings.base_url is None:
        raise UsageError(f"--engine batch: Gemini's are made through {_GOOGLE}:{name}; give that")
    if endpoint is not None and endpoint.is_azure and endpoint.api_version:
        hint = "leave OPENAI_API_VERSION unset"
        raise UsageError(f"--engine batch: Azure has batches at its /openai/v1 alone; {hint}")
    return endpoint
