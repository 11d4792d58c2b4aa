"""Prompt packs such as a user might write, for tests."""

from importlib.resources import files
from pathlib import Path

import yaml


def pack_without(folder: Path, section: str) -> str:
    """The path of a pack like the built-in one, without one of its sections."""
    data = yaml.safe_load((files("prompts") / "coevol.yaml").read_text("utf-8"))
    del data[section]
    path = folder / f"without-{section}.yaml"
    path.write_text(yaml.safe_dump(data), "utf-8")
    return str(path)
