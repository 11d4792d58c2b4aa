"""Show: prints a row of a run before and after."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from runners.errors import UsageError
from runners.folder.guarded import guarded_lines
from runners.folder.opened import open_run
from runners.folder.records import Evolution, Record, rounds_of, thinking_of

_CONTROL = re.compile(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]")


def print_sample(run: Path, id: str | None, *, thinking: bool = False) -> None:
    """Print a row by its id, or the one with the most accepted rounds, and what guards did in it.

    With `thinking`, the agents' thinking follows. Raises UsageError if there is no such run or row.
    """
    record = _find(run, id)
    shown = _shown(record)
    Console().print(
        Group(
            boxed(shown.request, f"{record.kind} {record.id}"),
            *_responses(shown, f"after {record.accepted} {_rounds(record)}"),
            *_guarded(record),
            *(_thinking(record) if thinking else ()),
        )
    )


class _Shown(NamedTuple):
    """A sample, or the turn of a conversation with the most rounds."""

    request: str
    before: str
    after: str
    why: str | None
    """Why it was not evolved further, or not at all."""


def _shown(record: Record) -> _Shown:
    failed = "the row failed" if record.failure else record.skipped
    if isinstance(record, Evolution):
        request = record.instruction + (f"\n\n{record.input}" if record.input else "")
        why = record.stop_reason or failed
        return _Shown(request, record.original_response, record.response, why)
    turn = max(record.turns, key=lambda turn: len(turn["rounds"]), default=None)
    if turn is None:
        return _Shown("(nothing to evolve)", "", "", failed)
    why = turn["stop_reason"] or turn["skipped"] or failed
    return _Shown(turn["instruction"], turn["original_response"], turn["response"], why)


def _responses(shown: _Shown, after: str) -> Iterator[Panel]:
    """Before and after; once if they are the same."""
    if shown.before == shown.after:
        yield boxed(shown.before, f"before, and kept as it was: {shown.why or 'it is the same'}")
    else:
        yield boxed(shown.before, "before")
        yield boxed(shown.after, after)


def _guarded(record: Record) -> Iterator[Panel]:
    """What the guards did, round by round, without rounds in which they did nothing."""
    for each in rounds_of(record):
        if lines := list(guarded_lines(each)):
            yield boxed("\n".join(lines), f"guards: round {each['k']}, {each['outcome']}")


def _thinking(record: Record) -> Iterator[Panel]:
    """The agents' thinking, round by round."""
    found = [(each["k"], *said) for each in rounds_of(record) for said in thinking_of(each)]
    for k, node, thought in found:
        yield boxed(thought, f"thinking: round {k}, {node}")
    if not found:
        yield boxed("none: the model did not think, or its endpoint does not tell", "thinking")


def _rounds(record: Record) -> str:
    """The rounds that changed the response, in words."""
    is_judged = all(each["outcome"] != "adopted" for each in rounds_of(record))
    return "accepted rounds" if is_judged else "edits that nobody judged"


def _find(run: Path, id: str | None) -> Record:
    with open_run(run) as opened:
        found = opened.ledger.find(id) if id else opened.ledger.most_evolved()
    if found is None:
        raise UsageError(f"{run}: no row{f' with id {id}' if id else ''} is done yet")
    return found


def boxed(text: str, title: str) -> Panel:
    """A text in a box with a title; markup and control characters in it have no effect."""
    shown = _CONTROL.sub("\ufffd", text) or "(empty)"
    return Panel(Text(shown), title=title, title_align="left")
