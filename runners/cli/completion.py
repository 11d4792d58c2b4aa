"""Shell completion of models' providers, formats and run folders.

Nothing heavy is imported before it is needed: a shell calls this whenever the key is pressed.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from nodes.models.providers import PROVIDERS, REHEARSAL
from nodes.options import AGENT_MODELS

_MODELS = (*(f"{each}:" for each in PROVIDERS), REHEARSAL)


def run_folders(incomplete: str) -> list[str]:
    """Folders that hold a run, or may contain one."""
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
    from runners.data.formats import FORMATS  # the one option that has to wait a second for it

    return _one_of(*(each.name for each in FORMATS))(incomplete)


COMPLETIONS: dict[str, Callable[[str], list[str]]] = {
    "format": _formats,
    "out": run_folders,
    **dict.fromkeys(AGENT_MODELS, _one_of(*_MODELS)),
}
"""The completion of each option; shells complete files by themselves."""
