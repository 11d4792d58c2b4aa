"""What of the driver's environment its actors must have: where models are called, with what keys.

It goes over the connection, since Ray writes down what it is given as a runtime environment.
"""

import os
from collections.abc import Mapping

_BEGINNINGS = ("OPENAI_", "VLLM_", "OLLAMA_", "ZHIPUAI_", "QIANFAN_", "LANGSMITH_", "LANGCHAIN_")


def deciding_variables() -> dict[str, str]:
    """The variables that decide it here."""
    return {name: value for name, value in os.environ.items() if name.startswith(_BEGINNINGS)}


def take_over(variables: Mapping[str, str]) -> None:
    """Have the driver's variables here, and none of this machine's own of their kind."""
    for name in deciding_variables():
        del os.environ[name]
    os.environ.update(variables)
