"""JSON as text, made fast."""

import json
from typing import Any

import orjson


def json_text(value: Any) -> str:
    """What is neither text, number, list nor dict goes in as its `str`.

    Of a text this is what `json.dumps(text, ensure_ascii=False)` makes, in a tenth of the time.
    """
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError:  # half of a surrogate pair, as of an emoji that somebody cut
        return json.dumps(value, ensure_ascii=False, default=str)
