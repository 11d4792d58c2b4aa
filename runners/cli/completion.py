"""What a shell completes: models' providers, formats, run folders.

Nothing heavy is imported: a shell asks at each press of the key.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from nodes.models.providers import PROVIDERS, REHEARSAL
from nodes.options import AGENT_MODELS

_MODELS = (*(f"{each}:" for each in PROVIDERS), REHEARSAL)
_FORMATS = ("alpaca", "sharegpt", "messages", "prompt-completion", "ultrachat", "dolly", "lima")


def run_folders(incomplete: str) -> list[str]:
    """Folders that hold a run, or lead on to one."""
    start = Path(incomplete)
    parent = start if incomplete.endswith("/") or not incomplete else start.parent
    return sorted(_completed(parent, incomplete)) if parent.is_dir() else []


def _completed(parent: Path, incomplete: str) -> Iterator[str]:
    for each in parent.iterdir():
        name = str(each)
        if name.startswith(incomplete) and each.is_dir() and not each.name.startswith("."):
            yield name if (each / "run.yaml").exists() else f"{name}/"


def _one_of(*known: str) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [each for each in known if each.startswith(incomplete)]

    return complete


COMPLETIONS: dict[str, Callable[[str], list[str]]] = {
    "format": _one_of(*_FORMATS),
    "out": run_folders,
    **dict.fromkeys(AGENT_MODELS, _one_of(*_MODELS)),
}
"""What is completed of which option; a shell completes files by itself."""
