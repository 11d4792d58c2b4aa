"""What of the driver's environment its actors must have: where models are called, with what keys.

It goes over the connection, since Ray writes down what it is given as a runtime environment.
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
    """The variables that decide it here."""
    return {name: value for name, value in os.environ.items() if _decides(name)}


def take_over(variables: Mapping[str, str]) -> None:
    """Have the driver's variables here, and none of this machine's own of their kind."""
    for name in deciding_variables():
        del os.environ[name]
    os.environ.update(variables)


def _decides(name: str) -> bool:
    return name.startswith(_BEGINNINGS) or name in _OF_PROVIDERS or name in named_variables()
