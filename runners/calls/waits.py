"""Waits: how long an endpoint asks to wait, in any of the usual forms."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

from nodes.models.said import mappings_in

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_RESETS = re.compile(r"(?:x-|anthropic-)?ratelimit(?:-(.*))?-reset(?:-(.*))?")
"""Such as `x-ratelimit-reset`, OpenAI's `x-ratelimit-reset-requests`, and Anthropic's."""
_EPOCH = 1e9
"""Numbers above it are Unix times in seconds; a thousand times larger ones, in milliseconds."""


def told_wait(headers: Mapping[str, str], body: object) -> float | None:
    """Seconds that the endpoint explicitly asks to wait; None if it does not.

    It reads `retry-after-ms`, `Retry-After` (seconds or a date) and Google's `retryDelay`.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    now = _date(lower.get("date", "")) or datetime.now(UTC)
    told = _number(lower.get("retry-after-ms"), 0.001)
    if told is None:
        told = _seconds(lower.get("retry-after", ""), now)
    if told is None:
        delays = (each.get("retryDelay") for each in mappings_in(body))
        told = next((_seconds(each, now) for each in delays if isinstance(each, str)), None)
    return told


def wait_of(headers: Mapping[str, str], body: object) -> float | None:
    """`told_wait`, else the seconds until the exhausted limit is reset (`x-ratelimit-reset`).

    If the endpoint does not say which limit is exhausted, the earliest reset counts. Routers pass a
    provider's headers on in the body.
    """
    told = told_wait(headers, body)
    if told is not None:
        return told
    passed_on = [each["headers"] for each in mappings_in(body) if _is_mapping(each.get("headers"))]
    resets = (_until_reset(each) for each in (headers, *passed_on))
    return next((seconds for seconds in resets if seconds is not None), None)


def _until_reset(headers: Mapping[str, Any]) -> float | None:
    lower = {name.lower(): str(value) for name, value in headers.items()}
    now = _date(lower.get("date", "")) or datetime.now(UTC)
    used_up: list[float] = []
    others: list[float] = []
    for name, value in lower.items():
        found = _RESETS.fullmatch(name)
        seconds = _seconds(value, now) if found else None
        if seconds is not None:
            left = lower.get(name.replace("reset", "remaining"))
            (used_up if left == "0" else others).append(seconds)
    return max(used_up) if used_up else min(others, default=None)


def _seconds(text: str, now: datetime) -> float | None:
    """Seconds from now for `2`, `6m0s`, a date, or a Unix time; None if unreadable."""
    text = text.strip()
    if _DURATION.fullmatch(text):
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    number = _number(text)
    if number is None:
        moment = _date(text)
        return None if moment is None else max(0.0, (moment - now).total_seconds())
    if number < _EPOCH:
        return number
    seconds = number / 1000 if number >= 1000 * _EPOCH else number
    return max(0.0, seconds - now.timestamp())


def _number(text: str | None, unit: float = 1.0) -> float | None:
    try:
        number = float(text or "") * unit
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None


def _date(text: str) -> datetime | None:
    """A date in HTTP's format, or ISO 8601."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict)
