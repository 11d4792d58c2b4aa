"""JSON: a response that was JSON, or should be, and no longer parses."""

import json
import re
from typing import Any, cast

from nodes.guards.fences import blocks_of

_KINDS = r"(?:(?:valid|well-formed|well-structured|pure|raw|single|flat|nested)[ ]+)*"
_ASKS = re.compile(
    rf"""
    \b(?:answer|respond|reply|output|response|result)\b[^.\n]{{0,40}}
      \b(?:in|as|using|with|into)[ ]+(?:an?[ ]+|the[ ]+)?{_KINDS}json\b
  | \b(?:return|output|produce|write|give|format|wrap)\b[^.\n]{{0,60}}
      \b(?:in|as|into)[ ]+(?:an?[ ]+|the[ ]+)?{_KINDS}json\b(?![ ]+(?:file|schema|parser))
  | ^(?:construct|create|generate|return|output|write|make|build)[ ]+(?:an?[ ]+|the[ ]+)?
      {_KINDS}json\b(?![ ]+(?:file|schema|parser|path|web|api|query|transform))
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
"""A request for an answer in JSON, rather than one about JSON."""
_OTHER = re.compile(
    r"\b(?:function|script|program|class|code|python|javascript|java|regex|query|parser?|parses"
    r"|schema|explain|why|how)\b|```",
    re.IGNORECASE,
)
"""Signs of a programming task, where JSON is what the program is to produce."""


def is_json_broken(response: str, original: str, request: str) -> bool:
    """Whether the response should be a JSON object or list, and is not.

    It should be if the original is one, or if the request asks for one. In the latter case it may
    stand in a code block with text around it.
    """
    if _is_json(original, has_names="json" in request.lower()):
        return not _is_json(response, has_names=True)
    if not asks_for_json(request):
        return False
    inner = (each.body for each in blocks_of(response) if each.language in ("", "json"))
    return not any(_is_json(text, has_names=True) for text in (response, *inner))


def asks_for_json(request: str) -> bool:
    """Whether a request asks for an answer in JSON."""
    return "json" in request.lower() and bool(_ASKS.search(request)) and not _OTHER.search(request)


def _is_json(text: str, *, has_names: bool) -> bool:
    """Whether a text is a JSON object or list.

    Unless JSON is expected (`has_names`), a list must hold an object: `[1, 2]` may be anything.
    """
    bare = text.strip()
    if not bare.startswith(("{", "[")):
        return False
    try:
        content: Any = json.loads(bare)
    except (ValueError, RecursionError):  # what is nested a thousand deep is no data
        return False
    if isinstance(content, dict) or has_names:
        return True
    return any(isinstance(each, dict) for each in cast("list[Any]", content))
