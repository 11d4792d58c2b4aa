"""Families: guesses from their names which models write alike. Used in messages only."""

import re

from nodes.models.names import split_model

_OF_ONE_HOUSE = {
    **dict.fromkeys(("chatgpt", "gpt", "o", "davinci"), "gpt"),
    **dict.fromkeys(("mistral", "mixtral", "ministral", "codestral", "magistral"), "mistral"),
    **dict.fromkeys(("qwen", "qwq"), "qwen"),
}


def family_of(model: str) -> str:
    """The letters that a model's own name begins with: `qwen` for `vllm:Qwen/Qwen3-8B`."""
    name = split_model(model)[1].rstrip("/").rpartition("/")[2].lower()
    name = name.removeprefix("meta-")
    letters = re.match(r"[a-z]*", name)
    stem = letters[0] if letters else ""
    return _OF_ONE_HOUSE.get(stem, stem or name)
