"""What to do about rows that can't be read. Imports nothing heavy."""

from typing import Literal

BadRows = Literal["stop", "keep"]
"""Whether a bad row ends the run or is passed through unchanged."""
