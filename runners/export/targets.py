"""The targets by name, and the options of each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

from runners.data.stores import location_of
from runners.errors import UsageError
from runners.export.axolotl import AxolotlTarget
from runners.export.hub import HubTarget
from runners.export.hygiene import Policy
from runners.export.llama_factory import LlamaFactoryTarget
from runners.export.preference import PairFilter, PreferenceTarget
from runners.export.shapes import ShapeName
from runners.export.shards import Shards
from runners.export.source import Source
from runners.export.table import TableTarget
from runners.export.target import ShapeTarget, Target
from runners.export.trl import TrlTarget

_LAYOUTS: tuple[str, ...] = get_args(ShapeName)
_TRAINERS, _PREFERENCE = ("llama-factory", "trl", "axolotl"), ("preference",)
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "gpus": _TRAINERS,
    "only": _PREFERENCE,
    "both_orders": _PREFERENCE,
    "min_margin": _PREFERENCE,
    "max_length_ratio": _PREFERENCE,
    "shape": ("parquet", "hub"),
    "shard_rows": (*_LAYOUTS, "parquet", "hub"),
    "repo": ("hub",),
    "public": ("hub",),
    "traces": (*_LAYOUTS, *_TRAINERS, *_PREFERENCE, "parquet", "hub"),
}
"""The targets for which an option has an effect."""
_GPUS = 8
"""By default."""
_TEXTS = ("alpaca", "prompt-completion", "llama-factory", "preference")
"""Targets whose answers are texts, without a field for thinking."""


def given_options(to: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given. Raises UsageError for one that has no effect on the target."""
    given = {name: params[name] for name in _ONLY_FOR if params[name]}
    for name in given:
        if to not in _ONLY_FOR[name]:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option}: only with --to {' or '.join(_ONLY_FOR[name])}")
    if params["traces"] == "field" and to in _TEXTS:
        raise UsageError(f"--traces field: --to {to} has texts only; write tags or drop")
    if params["public"] and not params["repo"]:
        raise UsageError("--public: only with --repo, where the data is pushed to")
    if params["repo"] and not isinstance(location_of(params["out"]), Path):
        raise UsageError("--repo: what is pushed is kept on a disk, too; give a folder as --out")
    if params["revert"] and to == "preference":
        raise UsageError("--revert: a pair has no original to keep; use --drop")
    return given


def make_target(to: str, source: Source, params: Mapping[str, Any], policy: Policy) -> Target:
    """Make the target `to` for the rows of a run. Raises UsageError if its options can't be met."""
    gpus, shards = params["gpus"] or _GPUS, Shards(params["shard_rows"])
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
            return TableTarget(source.format, params["shape"], shards)
        case "hub":
            return HubTarget(source, params["shape"], shards, policy)
        case _ if to in _LAYOUTS:
            return ShapeTarget(cast("ShapeName", to), source.format, shards)
        case _:
            raise UsageError(f"--to {to}: unknown")


def _pair_filter(params: Mapping[str, Any]) -> PairFilter:
    return PairFilter(
        params["only"] == "final",
        params["both_orders"],
        params["min_margin"],
        params["max_length_ratio"],
    )
