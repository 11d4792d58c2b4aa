"""Recipes: a run's options in a YAML file, `NAME: VALUE`, as Python calls them.

coevol evolve data.json --out runs/mine --model vllm:Qwen/Qwen3-8B --print-config > recipe.yaml
coevol evolve --config recipe.yaml
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from runners.errors import UsageError
from runners.options.declared import all_options, by_subject
from runners.options.nearest import nearest
from runners.options.resolve import GivenValue, Params

_SECRET_NAME = re.compile(r"(^|_)(key|secret|password|token|ak|sk)$")
_SECRET = re.compile(r"\b(sk-[\w-]{12,}|hf_\w{12,}|Bearer\s+[^\s$]\S{5,})")


def read_recipe(path: Path) -> dict[str, GivenValue]:
    """Read a recipe. Raises UsageError that names file and option: not YAML, unknown, a secret."""
    try:
        content: Any = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{path}: not YAML: {reason[:200]}") from None
    if not isinstance(content, dict | None):
        raise UsageError(f"{path}: not a recipe; write a line `option: value` for each option")
    options = cast("dict[Any, Any]", content or {})
    for name, value in options.items():
        _check(path, str(name), value)
    return {name: GivenValue(value, f"{path}: {name} =") for name, value in options.items()}


def _check(path: Path, name: str, value: object) -> None:
    if _SECRET_NAME.search(name.lower()) or _SECRET.search(str(value)):
        hint = "keys stand in the environment only, such as OPENAI_API_KEY"
        raise UsageError(f"{path}: {name}: looks like a secret; {hint}")
    if name not in all_options():
        meant = nearest(name, all_options())
        hint = f"did you mean {meant}?" if meant else "coevol evolve --help lists them"
        raise UsageError(f"{path}: {name}: no such option; {hint}")


def recipe_of(params: Params) -> str:
    """Write all options as a recipe, by subject; those not given are null."""
    lines = ["# A recipe for coevol: coevol evolve --config FILE"]
    for panel, options in by_subject():
        lines.append(f"\n# {panel}")
        for each in options:
            entry = {each.name: _plain(params[each.name])}
            lines.append(yaml.safe_dump(entry, sort_keys=False, allow_unicode=True).rstrip())
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> Any:
    """A value as YAML writes it."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, str | int | float | bool | None):
        return value
    return list(cast("list[Any]", value)) if isinstance(value, list | tuple) else str(value)
