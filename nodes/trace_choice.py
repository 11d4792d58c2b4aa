"""What becomes of thinking that a dataset's responses bring along. Light: read by the commands."""

from typing import Literal

Traces = Literal["keep", "rewrite", "drop"]
"""A trace stays as it is before an answer that is evolved without it; or agents see it with the
answer, and an editor's thinking takes its place; or it goes."""
