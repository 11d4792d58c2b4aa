"""Endpoints' error bodies: finds the message and the codes, whatever their form."""

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

_WORDS = (
    "message",
    "detail",
    "error_msg",
    "msg",
    "error",
    "errors",
    "title",
    "reason",
    "status_msg",
)
"""The keys under which endpoints put their messages, the most common first."""
_CODES = ("code", "type", "status", "error_code", "error_type")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(r"\s*<(!doctype|html|head|body)\b", re.IGNORECASE)


def is_page(text: str) -> bool:
    """Whether a text is HTML, as web pages and proxies answer."""
    return _PAGE.match(text) is not None


def words_in(body: object) -> str:
    """The human-readable message in the body of an error, empty if there is none.

    `body` is parsed JSON, or text. A provider's own message, which a router passes on under
    `metadata.raw`, is included.
    """
    if isinstance(body, str):
        return " ".join(_text_of_page(body).split())
    if isinstance(body, list):
        told = (words_in(each) for each in cast("list[object]", body))
        return "; ".join(dict.fromkeys(each for each in told if each))
    if not isinstance(body, dict):
        return ""
    fields = cast("dict[str, Any]", body)
    words = next(filter(None, (words_in(fields.get(name)) for name in _WORDS)), "")
    place, raw = fields.get("loc"), _raw(fields)
    if words and isinstance(place, list):  # FastAPI names the field that it rejects
        words = f"{'.'.join(map(str, cast('list[object]', place)))}: {words}"
    return f"{words}: {raw}" if raw and raw not in words else words


def codes_in(body: object) -> list[str]:
    """Everything called a code, type or status in the body of an error, the outermost last."""
    if isinstance(body, list):
        return [code for each in cast("list[object]", body) for code in codes_in(each)]
    if not isinstance(body, dict):
        return []
    fields = cast("dict[str, Any]", body)
    inner = codes_in(fields.get("error"))
    own = [str(fields[name]) for name in _CODES if isinstance(fields.get(name), str | int)]
    return inner + own


def mappings_in(body: object) -> Iterable[Mapping[str, Any]]:
    """All JSON objects in a body, the body itself first."""
    if isinstance(body, dict):
        fields = cast("dict[str, Any]", body)
        yield fields
        for each in fields.values():
            yield from mappings_in(each)
    elif isinstance(body, list):
        for each in cast("list[object]", body):
            yield from mappings_in(each)


def _raw(fields: Mapping[str, Any]) -> str:
    metadata = fields.get("metadata")
    if not isinstance(metadata, dict):
        return ""
    return words_in(cast("dict[str, Any]", metadata).get("raw"))


def _text_of_page(text: str) -> str:
    """The title of an HTML page, else its visible text; other text as it is."""
    if not is_page(text):
        return text
    title = _TITLE.search(text)
    return html.unescape(title[1] if title else _UNSEEN.sub(" ", text))
