"""The words of endpoints, in the forms in which they say them."""

from typing import Any

import pytest

from nodes.models.said import words_in
from tests.support.replies import PAGE

BODIES: dict[str, tuple[Any, str]] = {
    "OpenAI": ({"error": {"message": "Too long.", "type": "x", "code": None}}, "Too long."),
    "what the SDK leaves": ({"message": "Too long.", "code": 400}, "Too long."),
    "LM Studio": ({"error": "Too long."}, "Too long."),
    "FastAPI": ({"detail": "Too long."}, "Too long."),
    "FastAPI's fields": (
        {"detail": [{"loc": ["body", "stop"], "msg": "Not permitted", "type": "extra"}]},
        "body.stop: Not permitted",
    ),
    "Gemini": ([{"error": {"code": 400, "message": "Too long."}}], "Too long."),
    "OpenRouter": (
        {"message": "Provider returned error", "metadata": {"raw": '{"error": "Too long."}'}},
        'Provider returned error: {"error": "Too long."}',
    ),
    "Cloudflare": ({"errors": [{"code": 1, "message": "A"}, {"message": "B"}]}, "A; B"),
    "a page": (PAGE, "Welcome to the gateway"),
    "a page without a title": ("<html><body><h1>Not &amp; now</h1></body></html>", "Not & now"),
    "text": ("Internal\n Server Error", "Internal Server Error"),
    "nothing": ({}, ""),
    "null": (None, ""),
}


@pytest.mark.parametrize("case", BODIES)
def test_words(case: str) -> None:
    body, words = BODIES[case]
    assert words_in(body) == words
