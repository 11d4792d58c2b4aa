"""Providers: their addresses, and the environment variables with their keys.

OpenAI-compatible providers and those with a LangChain package are in tables here; the others have a
file each. Nothing heavy is imported, because shell completion reads these names.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Provider(NamedTuple):
    """Defaults of a provider with an OpenAI-compatible endpoint."""

    base_url: str | None
    """None if each customer has an address of their own."""
    key_variable: str
    default_key: str | None = None
    """The key to send where none is needed, as with a server of one's own."""
    url_variable: str | None = None
    """The environment variable with another address."""

    @property
    def basic_variable(self) -> str:
        """The environment variable with `user:password`, for a proxy in front of the endpoint."""
        return f"{self.key_variable.removesuffix('_API_KEY')}_BASIC_AUTH"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The environment variables that hold secrets."""
        return (self.key_variable, self.basic_variable)

    @property
    def variables(self) -> tuple[str, ...]:
        """All environment variables that affect how it is called."""
        return tuple(filter(None, (self.key_variable, self.url_variable)))


class Integration(NamedTuple):
    """A provider that is called through its LangChain package."""

    module: str
    chat_model: str
    """The name of its class in the module."""
    install: str
    """What to `pip install`: an extra of coevol's, or the package."""
    keys: tuple[str, ...] = ()
    """Environment variables of which one must be set; empty if the client can log in otherwise."""
    base_url: str | None = None
    """Its usual address; None if that depends, as on a region."""
    url_variable: str | None = None
    """The environment variable from which its client takes another address."""
    others: tuple[str, ...] = ()
    """For body entries that the class has no field for: the path of the field that takes them."""
    address: str | None = "base_url"
    """The class's field for another address; None if it takes none."""
    login: Mapping[str, str] = {}
    """The class's fields for what it logs in with instead of a key, by environment variable."""
    takes_one_login: bool = False
    """Whether its client refuses to be given both ways to log in to AWS."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The environment variables that hold a secret; the others of `keys` enable a login."""
        return (*(each for each in self.keys if each.endswith("_API_KEY")), *self.login)

    @property
    def variables(self) -> tuple[str, ...]:
        """All environment variables that affect how it is called."""
        return (*self.keys, *filter(None, (self.url_variable,)))


AZURE = "azure"
AZURE_VERSION = "OPENAI_API_VERSION"
"""The environment variable from which Azure's SDK takes its `api-version`."""
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
    "cohere": Provider("https://api.cohere.ai/compatibility/v1", "COHERE_API_KEY"),
    "deepseek": Provider("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "fireworks": Provider("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    "gemini": Provider("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
    "groq": Provider("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "huggingface": Provider("https://router.huggingface.co/v1", "HF_TOKEN"),
    "mistral": Provider("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "nvidia": Provider("https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY"),
    "openrouter": Provider("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "perplexity": Provider("https://api.perplexity.ai", "PERPLEXITY_API_KEY"),
    "together": Provider("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "xai": Provider("https://api.x.ai/v1", "XAI_API_KEY"),
}
"""The OpenAI-compatible providers, by the prefix of a model string."""
_AWS, _VERTEX = "coevol[bedrock]", "coevol[vertexai]"
AWS_KEY, AWS_TOKEN = "AWS_ACCESS_KEY_ID", "AWS_BEARER_TOKEN_BEDROCK"
"""The variables of AWS's two ways to log in: a key with its secret, or a token."""
_AWS_KEYS = {
    AWS_KEY: "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    "AWS_SESSION_TOKEN": "aws_session_token",
}
INTEGRATIONS: Mapping[str, Integration] = {
    "anthropic": Integration(
        "nodes.models.chat_anthropic",
        "EndpointChatAnthropic",
        "coevol[anthropic]",
        ("ANTHROPIC_API_KEY",),
        "https://api.anthropic.com",
        "ANTHROPIC_BASE_URL",
        others=("model_kwargs", "extra_body"),
    ),
    "google_genai": Integration(
        "langchain_google_genai",
        "ChatGoogleGenerativeAI",
        "coevol[google]",
        # With the last of them it calls Vertex AI, which has other ways to log in.
        ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI"),
        "https://generativelanguage.googleapis.com",
    ),
    "mistralai": Integration(
        "langchain_mistralai",
        "ChatMistralAI",
        "coevol[mistralai]",
        ("MISTRAL_API_KEY",),
        "https://api.mistral.ai/v1",
        "MISTRAL_BASE_URL",
        others=("model_kwargs",),
    ),
    "bedrock_converse": Integration(
        "langchain_aws",
        "ChatBedrockConverse",
        _AWS,
        others=("additional_model_request_fields",),
        login=_AWS_KEYS,
    ),
    "bedrock": Integration(
        "langchain_aws",
        "ChatBedrock",
        _AWS,
        others=("model_kwargs",),
        address="endpoint_url",
        login=_AWS_KEYS,
    ),
    "anthropic_bedrock": Integration(
        "langchain_aws",
        "ChatAnthropicBedrock",
        _AWS,
        url_variable="ANTHROPIC_BEDROCK_BASE_URL",
        address=None,
        login=_AWS_KEYS,
        takes_one_login=True,
    ),
    "bedrock_mantle_anthropic": Integration(
        "langchain_aws", "ChatAnthropicMantle", _AWS, login=_AWS_KEYS
    ),
    "bedrock_mantle_openai": Integration(
        "langchain_aws", "ChatOpenAIMantle", _AWS, login=_AWS_KEYS
    ),
    "google_vertexai": Integration("langchain_google_vertexai", "ChatVertexAI", _VERTEX),
    "google_anthropic_vertex": Integration(
        "langchain_google_vertexai.model_garden", "ChatAnthropicVertex", _VERTEX
    ),
    "azure_ai": Integration(
        "langchain_azure_ai.chat_models", "AzureAIOpenAIApiChatModel", "langchain-azure-ai"
    ),
    "baseten": Integration("langchain_baseten", "ChatBaseten", "langchain-baseten"),
    "ibm": Integration("langchain_ibm", "ChatWatsonx", "langchain-ibm", address="url"),
    "litellm": Integration(
        "langchain_litellm", "ChatLiteLLM", "langchain-litellm", address="api_base"
    ),
    "meta": Integration("langchain_meta", "ChatMetaModel", "langchain-meta"),
    "upstage": Integration("langchain_upstage", "ChatUpstage", "langchain-upstage"),
}
"""The providers of LangChain's `init_chat_model` that are not OpenAI-compatible, by LangChain's
names."""
COMMUNITY = ("glm", "ernie")
"""Providers called through langchain-community."""
GGUF = "gguf"
"""A GGUF file, run by llama.cpp inside the process."""
PROVIDERS = (*ENDPOINTS, *INTEGRATIONS, GGUF, *COMMUNITY)
"""All prefixes of model strings."""
OWN = "own"
"""The prefix that stands for a chat model object given from Python; nobody types it."""
OTHER_NAMES: Mapping[str, str] = {"azure_openai": AZURE}
"""Providers that have another name here than in `init_chat_model`."""
REHEARSAL = "rehearsal"
"""The model string of the rehearsal model, which has no provider."""


def key_variable_of(provider: str) -> str:
    """The environment variable that usually holds a provider's key."""
    known = ENDPOINTS.get(provider)
    if known is not None:
        return known.key_variable
    return next(iter(INTEGRATIONS[provider].keys), "its client takes it")
