"""Reasons: groups failed rows by why they failed."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from runners.folder.records import Failure

_MOST = 200
"""Most reasons distinguished by their messages; further ones are distinguished by error class."""
_SHOWN = 5
_LETTERS = 300
_OWN = re.compile(r"\d+|(['\"`]).*?\1")
"""What differs between rows with the same reason: numbers and quoted text."""


class Reason(NamedTuple):
    """A reason for failure, with its number of rows."""

    error: str
    message: str
    """The message of the first row."""
    may_pass: bool
    """Whether the same calls may succeed another time."""
    rows: int


def alike(failure: Failure) -> tuple[str, str]:
    """What failures for the same reason have in common."""
    return failure.error, _OWN.sub("#", failure.message)


class Reasons:
    """Counts failures by reason."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[str, str], Reason] = {}

    def add(self, failure: Failure) -> Reason:
        """Count a failure; return its reason with the count so far."""
        key = alike(failure)
        if key not in self._reasons and len(self._reasons) >= _MOST:
            key = (failure.error, "")
        new = Reason(failure.error, failure.message, failure.may_pass, 0)
        old = self._reasons.get(key, new)
        self._reasons[key] = reason = old._replace(rows=old.rows + 1)
        return reason

    def __iter__(self) -> Iterator[Reason]:
        """The reasons, most frequent first."""
        return iter(sorted(self._reasons.values(), key=lambda each: -each.rows))

    def as_list(self) -> list[dict[str, Any]]:
        """The reasons as JSON."""
        return [each._asdict() for each in self]


def reasons_in_words(listed: list[dict[str, Any]]) -> Iterator[str]:
    """Say why rows failed, one line per reason, and whether retrying helps."""
    reasons = [Reason(**each) for each in listed]
    for each in reasons[:_SHOWN]:
        message = each.message if len(each.message) <= _LETTERS else each.message[:_LETTERS] + "..."
        yield f"  {each.rows} x {each.error}: {message}"
    if len(reasons) > _SHOWN:
        yield f"  {sum(each.rows for each in reasons[_SHOWN:])} for other reasons"
    lasting = sum(each.rows for each in reasons if not each.may_pass)
    if lasting < sum(each.rows for each in reasons):
        but = f"; {lasting} of them will be refused again" if lasting else ""
        yield f"try them again with --retry-failed{but}"
    elif lasting:
        yield "they will be refused again until the rows, or what the endpoint takes, have changed"
