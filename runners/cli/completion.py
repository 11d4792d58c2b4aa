"""Shell completion of models' providers, formats and run folders.

Imports nothing heavy before it is needed: a shell calls this at every press of the key.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from nodes.models.providers import PROVIDERS, REHEARSAL
from nodes.options import AGENT_MODELS

_MODELS = (*(f"{each}:" for each in PROVIDERS), REHEARSAL)


def run_folders(incomplete: str) -> list[str]:
    """The folders that complete a path: runs, and others with a slash, as they may contain runs."""
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


def _formats(incomplete: str) -> list[str]:
    from runners.data.formats import FORMATS  # takes a second: only for this option

    return _one_of(*(each.name for each in FORMATS))(incomplete)


COMPLETIONS: dict[str, Callable[[str], list[str]]] = {
    "format": _formats,
    "out": run_folders,
    **dict.fromkeys(AGENT_MODELS, _one_of(*_MODELS)),
}
"""The completions of options by name; shells complete files by themselves."""
