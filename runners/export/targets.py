"""The targets by name, and which options of the command each of them has."""

from collections.abc import Mapping
from typing import Any

from runners.errors import UsageError
from runners.export.axolotl import AxolotlTarget
from runners.export.hub import HubTarget
from runners.export.hygiene import Policy
from runners.export.llama_factory import LlamaFactoryTarget
from runners.export.preference import PairFilter, PreferenceTarget
from runners.export.source import Source
from runners.export.table import TableTarget
from runners.export.target import ShapeTarget, Target
from runners.export.trl import TrlTarget

_TRAINERS, _PREFERENCE = ("llama-factory", "trl", "axolotl"), ("preference",)
_ONLY_FOR = {
    "gpus": _TRAINERS,
    "only": _PREFERENCE,
    "both_orders": _PREFERENCE,
    "min_margin": _PREFERENCE,
    "max_length_ratio": _PREFERENCE,
    "shape": ("parquet", "hub"),
    "repo": ("hub",),
    "public": ("hub",),
}
_GPUS = 8


def given_options(to: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The target's options that were given. Raises UsageError for one that would do nothing."""
    given = {name: params[name] for name in _ONLY_FOR if params[name]}
    for name in given:
        if to not in _ONLY_FOR[name]:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option}: only with --to {' or '.join(_ONLY_FOR[name])}")
    if params["public"] and not params["repo"]:
        raise UsageError("--public: only with --repo, where the data is pushed to")
    if params["revert"] and to == "preference":
        raise UsageError("--revert: a pair has no original to keep; use --drop")
    return given


def make_target(to: str, source: Source, params: Mapping[str, Any], policy: Policy) -> Target:
    """Make a target for the rows of a run. Raises UsageError."""
    gpus = params["gpus"] or _GPUS
    match to:
        case "llama-factory":
            return LlamaFactoryTarget(source.format, gpus)
        case "trl":
            return TrlTarget(gpus)
        case "axolotl":
            return AxolotlTarget(gpus)
        case "preference":
            return PreferenceTarget(_pair_filter(params))
        case "parquet":
            return TableTarget(source.format, params["shape"])
        case "hub":
            return HubTarget(source, params["shape"], policy)
        case "alpaca" | "sharegpt" | "messages" | "prompt-completion":
            return ShapeTarget(to, source.format)
        case _:
            raise UsageError(f"--to {to}: unknown")


def _pair_filter(params: Mapping[str, Any]) -> PairFilter:
    return PairFilter(
        params["only"] == "final",
        params["both_orders"],
        params["min_margin"],
        params["max_length_ratio"],
    )
