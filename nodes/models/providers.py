"""Providers: who offers models, where they are called, and which variable has the key.

Those with an OpenAI-compatible endpoint are a table; the others have a file each. Nothing is
imported, since a shell asks for the names at each press of the key.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Provider(NamedTuple):
    """What is usual for a provider with an OpenAI-compatible endpoint."""

    base_url: str | None
    """None where each customer has an address of their own."""
    key_variable: str
    default_key: str | None = None
    """The key where none is needed, as by a server of one's own."""
    url_variable: str | None = None
    """The variable for another address."""

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that decide how it is called."""
        return tuple(filter(None, (self.key_variable, self.url_variable)))


AZURE = "azure"
AZURE_VERSION = "OPENAI_API_VERSION"
"""The variable that Azure's SDK has its `api-version` from."""
ENDPOINTS: Mapping[str, Provider] = {
    "openai": Provider("https://api.openai.com/v1", "OPENAI_API_KEY", None, "OPENAI_BASE_URL"),
    "azure": Provider(None, "AZURE_OPENAI_API_KEY", None, "AZURE_OPENAI_ENDPOINT"),
    "vllm": Provider("http://localhost:8000/v1", "VLLM_API_KEY", "EMPTY", "VLLM_BASE_URL"),
    "ollama": Provider("http://localhost:11434/v1", "OLLAMA_API_KEY", "ollama", "OLLAMA_BASE_URL"),
    "llamacpp": Provider(
        "http://localhost:8080/v1", "LLAMACPP_API_KEY", "none", "LLAMACPP_BASE_URL"
    ),
    "lmstudio": Provider(
        "http://localhost:1234/v1", "LMSTUDIO_API_KEY", "none", "LMSTUDIO_BASE_URL"
    ),
    "deepseek": Provider("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "fireworks": Provider("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    "gemini": Provider("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
    "groq": Provider("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "mistral": Provider("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "openrouter": Provider("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "together": Provider("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
}
"""The OpenAI-compatible ones, by the name that a model's string begins with."""
COMMUNITY = ("glm", "ernie")
"""Through langchain-community."""
GGUF = "gguf"
"""A file, for llama.cpp inside the process."""
PROVIDERS = (*ENDPOINTS, GGUF, *COMMUNITY)
"""All that a model's string may begin with."""
REHEARSAL = "rehearsal"
"""The model that has no provider."""
