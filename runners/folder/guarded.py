"""What the guards did in a round, in words and as marks."""

from collections.abc import Iterator

from nodes.state import Guarded, Refusal, Round


def guarded_lines(round: Round) -> Iterator[str]:
    """Lines about what the guards cleaned and refused, edit by edit; none if they did nothing."""
    for former in round.get("repaired", []):
        yield from _lines(former["guarded"])
        yield "repair: the editor was asked again"
    if guarded := round.get("guarded"):
        yield from _lines(guarded)


def _lines(guarded: Guarded) -> Iterator[str]:
    if guarded["cleaned"]:
        yield f"cleaned: {', '.join(guarded['cleaned'])}"
    for each in guarded["refused"]:
        yield f"refused by {each['guard']}: {_place(each)}"


def _place(refusal: Refusal) -> str:
    """The reason, if there is one; else the text of the flaw and its position."""
    return refusal.get("reason") or f"at {refusal['at']}: {refusal['text']!r}"


def guard_marks(round: Round) -> Iterator[str]:
    """Marks to find a round by: `cleaned lead_in`, `refused role_names`, `repaired`."""
    if round.get("repaired"):
        yield "repaired"
    if guarded := round.get("guarded"):
        yield from (f"cleaned {name}" for name in guarded["cleaned"])
        yield from (f"refused {each['guard']}" for each in guarded["refused"])
