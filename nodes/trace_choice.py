"""What becomes of the thinking in a dataset's responses. Imports nothing: commands import it."""

from typing import Literal

Traces = Literal["keep", "rewrite", "drop"]
"""`keep`: the trace stays, and agents see the answer alone. `rewrite`: agents see the trace, too,
and an editor's thinking replaces it. `drop`: it is removed."""
