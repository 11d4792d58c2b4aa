"""How long endpoints ask to wait, in all the ways they say so."""

from datetime import UTC, datetime
from typing import Any

import pytest

from runners.calls.waits import told_wait, wait_of

NOW = "Wed, 21 Oct 2026 07:28:00 GMT"
EPOCH = datetime(2026, 10, 21, 7, 28, tzinfo=UTC).timestamp()
TOLD: dict[str, tuple[dict[str, str], float | None]] = {
    "nothing": ({}, None),
    "seconds": ({"Retry-After": "2"}, 2),
    "none at all": ({"Retry-After": "0"}, 0),
    "milliseconds first": ({"retry-after-ms": "250", "Retry-After": "1"}, 0.25),
    "a date": ({"Retry-After": "Wed, 21 Oct 2026 07:30:30 GMT"}, 150),
    "a date gone by": ({"Retry-After": "Wed, 21 Oct 2026 07:00:00 GMT"}, 0),
    "below zero": ({"Retry-After": "-3"}, None),
    "no number": ({"Retry-After": "nan"}, None),
    "nonsense": ({"Retry-After": "soon"}, None),
    "a day": ({"Retry-After": "86400"}, 86_400),
}
RESETS: dict[str, tuple[dict[str, str], float]] = {
    "seconds": ({"x-ratelimit-reset-requests": "1s"}, 1),
    "minutes": ({"x-ratelimit-reset-tokens": "6m0s"}, 360),
    "parts of seconds": ({"x-ratelimit-reset-tokens": "1m2.5s"}, 62.5),
    "milliseconds": ({"x-ratelimit-reset-requests": "120ms"}, 0.12),
    "what is used up": (
        {
            "x-ratelimit-reset-requests": "1s",
            "x-ratelimit-remaining-requests": "7",
            "x-ratelimit-reset-tokens": "20s",
            "x-ratelimit-remaining-tokens": "0",
        },
        20,
    ),
    "what is back first": (
        {"x-ratelimit-reset-requests": "8s", "x-ratelimit-reset-tokens": "3s"},
        3,
    ),
    "Unix time": ({"X-RateLimit-Reset": f"{EPOCH + 40:.0f}"}, 40),
    "milliseconds of it": ({"X-RateLimit-Reset": f"{1000 * (EPOCH + 40):.0f}"}, 40),
    "ISO 8601": ({"anthropic-ratelimit-requests-reset": "2026-10-21T07:28:09Z"}, 9),
    "told otherwise": ({"X-RateLimit-Reset": "40", "Retry-After": "3"}, 3),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_is_told(case: str) -> None:
    headers, seconds = TOLD[case]
    assert told_wait({**headers, "Date": NOW}, {}) == seconds


@pytest.mark.parametrize("case", RESETS)
def test_when_a_limit_is_back(case: str) -> None:
    headers, seconds = RESETS[case]
    assert wait_of({**headers, "Date": NOW}, None) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "body",
    [
        [{"error": {"details": [{"@type": "x/google.rpc.Help"}, {"retryDelay": "34.5s"}]}}],
        {"message": "m", "metadata": {"headers": {"X-RateLimit-Reset": "34.5"}}},
    ],
)
def test_what_the_body_tells(body: Any) -> None:
    assert wait_of({}, body) == 34.5
