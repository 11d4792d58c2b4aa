"""The files of exports: rows as JSONL, settings as YAML or JSON."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from runners.data.rows import Fields, dump_row


def write_jsonl(path: Path, rows: Iterable[Fields]) -> None:
    """Write rows as lines of JSON; makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(dump_row(fields) for fields in rows)


def write_json(path: Path, value: Any) -> None:
    """Write settings as JSON."""
    path.write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def write_yaml(path: Path, value: Any, *comments: str) -> None:
    """Write settings as YAML, with comments above them."""
    lines = "".join(f"# {comment}\n" for comment in comments)
    path.write_text(lines + yaml.safe_dump(value, sort_keys=False), "utf-8")
