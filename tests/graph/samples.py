"""Samples, as callers give them: plain dicts. The graph checks them itself."""

from typing import Any

COLOURS: Any = {
    "id": "colours",
    "instruction": "Name three colours.",
    "input": "Those of traffic lights.",
    "response": "red,amber , green",
}
"""What is bad about its response the rehearsal model sees, and mends in one round."""

ANIMALS: Any = {"instruction": "Name two animals."}
"""It leaves out what can be left out."""
