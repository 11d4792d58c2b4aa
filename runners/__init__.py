"""The layer of people and files: command line, datasets, run folder, engine, results.

    from runners import evolve

    evolved = evolve(rows, out="runs/mine", model="vllm:Qwen/Qwen3-8B")

These names are imported when they are first used, so that the command line starts quickly.
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runners.api.calibrate import calibrate
    from runners.api.compare import compare
    from runners.api.evolve import aevolve, evolve
    from runners.folder.evolved_dataset import EvolvedDataset

__all__ = ["EvolvedDataset", "aevolve", "calibrate", "compare", "evolve"]

_HOMES = {
    "EvolvedDataset": "runners.folder.evolved_dataset",
    "aevolve": "runners.api.evolve",
    "calibrate": "runners.api.calibrate",
    "compare": "runners.api.compare",
    "evolve": "runners.api.evolve",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def _no_other_in_the_way() -> None:
    """Raise ImportError naming the file if another module shadows a package of coevol's.

    A script's own `graph.py` beside it would be found in place of the package `graph`.
    """
    home = Path(__file__).parents[1]
    for name in ("prompts", "nodes", "graph"):
        spec = find_spec(name)
        found = spec and spec.origin and Path(spec.origin)
        if found and found.parents[1] != home:
            raise ImportError(
                f"{found} is in the way of coevol's package {name!r}: give it another name, or "
                f"start Python from another folder; coevol is in {home}"
            )


_no_other_in_the_way()
