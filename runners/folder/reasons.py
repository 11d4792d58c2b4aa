"""Reasons: why rows failed, those that failed alike together."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from runners.folder.records import Failure

_MOST = 200
"""Reasons that are told apart by their words; of more, only the errors' classes are."""
_SHOWN = 5
_LETTERS = 300
_OWN = re.compile(r"\d+|(['\"`]).*?\1")
"""What differs from row to row although the reason is the same: numbers, and what is quoted."""


class Reason(NamedTuple):
    """Why so many rows failed."""

    error: str
    message: str
    """That of the first of them."""
    may_pass: bool
    """Whether the same calls may be answered another time."""
    rows: int


def alike(failure: Failure) -> tuple[str, str]:
    """What is the same of failures for the same reason."""
    return failure.error, _OWN.sub("#", failure.message)


class Reasons:
    """Counts failures by reason."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[str, str], Reason] = {}

    def add(self, failure: Failure) -> Reason:
        """Count a failure; return its reason so far."""
        key = alike(failure)
        if key not in self._reasons and len(self._reasons) >= _MOST:
            key = (failure.error, "")
        new = Reason(failure.error, failure.message, failure.may_pass, 0)
        old = self._reasons.get(key, new)
        self._reasons[key] = reason = old._replace(rows=old.rows + 1)
        return reason

    def __iter__(self) -> Iterator[Reason]:
        """Reasons, the one of most rows first."""
        return iter(sorted(self._reasons.values(), key=lambda each: -each.rows))

    def as_list(self) -> list[dict[str, Any]]:
        """The reasons as JSON can carry them."""
        return [each._asdict() for each in self]


def reasons_in_words(listed: list[dict[str, Any]]) -> Iterator[str]:
    """Say why rows failed, a line for each reason, and whether to try them again helps."""
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
