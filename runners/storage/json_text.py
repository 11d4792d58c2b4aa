"""JSON as text, fast."""

import json
from typing import Any

import orjson


def json_text(value: Any) -> str:
    """A value as JSON; types unknown to JSON are converted by `str`.

    For a string, this equals `json.dumps(text, ensure_ascii=False)` in a tenth of the time.
    """
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError:  # half a surrogate pair, as from a cut emoji, or a number of 20 digits
        return json.dumps(value, ensure_ascii=False, default=str)
