"""What is done about rows that can't be read. Light: the command line reads it."""

from typing import Literal

BadRows = Literal["stop", "keep"]
"""Whether a bad row ends a run before it begins, or goes out as it came in."""
