"""What a person may say about batches."""

from typing import NamedTuple


class BatchOptions(NamedTuple):
    """How calls become batches. Nothing here changes what comes out of a row."""

    size: int = 1000
    """Calls that make a batch as soon as they wait."""
    delay: float = 30.0
    """Seconds since the last one came in after which fewer make one, too."""
    tokens: int | None = None
    """Most tokens of prompts in all batches at once; None for no limit."""
    rows: int = 10_000
    """Most rows open at once."""
    falls_back: bool = False
    """Whether what two batches have not answered is sent as plain calls."""
