"""Snapshots: what something looked like when somebody last checked and accepted it.

UPDATE_SNAPSHOTS=1 .venv/bin/pytest tests/graph   # accept what it looks like now
"""

import json
import os
from pathlib import Path
from typing import Any


def kept(path: Path, now: str) -> str:
    """The text that the file keeps; if UPDATE_SNAPSHOTS is set, it first keeps what is now."""
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(now, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def as_json(value: Any) -> str:
    """A value as a text to keep: a key a line, in the order they have, which a form shows."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
