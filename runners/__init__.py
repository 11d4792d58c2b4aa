"""People and files: the command line, datasets in, the run folder, the engine, what comes out.

    from runners import evolve

    evolved = evolve(rows, out="runs/mine", model="vllm:Qwen/Qwen3-8B")

These names are imported when they are first used, so that the command line starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runners.api.evolve import aevolve, evolve
    from runners.folder.evolved_dataset import EvolvedDataset

__all__ = ["EvolvedDataset", "aevolve", "evolve"]

_HOMES = {
    "EvolvedDataset": "runners.folder.evolved_dataset",
    "aevolve": "runners.api.evolve",
    "evolve": "runners.api.evolve",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
