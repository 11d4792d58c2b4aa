"""The driver's environment variables that its actors need: models' addresses and keys.

They are sent over the connection, because Ray logs runtime environments.
"""

import os
from collections.abc import Mapping

from nodes.models.headers import named_variables
from nodes.models.providers import ENDPOINTS, INTEGRATIONS

_BEGINNINGS = (
    *("OPENAI_", "AZURE_", "ZHIPUAI_", "QIANFAN_", "LANGSMITH_", "LANGCHAIN_", "OTEL_"),
    *("ANTHROPIC_", "AWS_", "GOOGLE_", "GEMINI_", "BASETEN_", "UPSTAGE_", "WATSONX_"),
)
_PROVIDERS = (*ENDPOINTS.values(), *INTEGRATIONS.values())
_OF_PROVIDERS = frozenset(name for each in _PROVIDERS for name in each.variables)


def deciding_variables() -> dict[str, str]:
    """These variables of this process."""
    return {name: value for name, value in os.environ.items() if _decides(name)}


def take_over(variables: Mapping[str, str]) -> None:
    """Set the driver's variables, and remove this process's own ones of the same kind."""
    for name in deciding_variables():
        del os.environ[name]
    os.environ.update(variables)


def _decides(name: str) -> bool:
    return name.startswith(_BEGINNINGS) or name in _OF_PROVIDERS or name in named_variables()
