"""Sentences: what a line of a judge says about two assistants.

A line is read as a row of words that matter: names, better, worse, equal, not, or, stops. Which
name comes first means nothing; a line that can't be decided by these words is left undecided.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Choice = Literal["first", "second", "tie", "unparsable"]

_NAMES: dict[str, Choice] = {"1": "first", "2": "second"}
_OTHER: dict[Choice, Choice] = {"first": "second", "second": "first"}
_WORDS = re.compile(
    r"""(?P<name> <?\s*\bassistant[\s_\#-]*(?P<number>[12])\b(?:['\u2019]s)?\s*>? )
    | (?P<better> \b(?: better | superior | stronger | preferable | preferred | best | wins?
        | winner | outperforms? | surpass(?:es)? | beats? | exceeds? | outshines? )\b )
    | (?P<worse> \b(?: worse | worst | inferior | weaker | poorer | loses? | underperforms? )\b )
    | (?P<equal> \b(?: equal(?:ly)? | ties? | tied | draw | same )\b )
    | (?P<than> \b(?: than | over )\b )
    | (?P<doubt> \b(?: not | no | nor | neither | never | hardly | cannot | without | unlike
        | fails? | failed | lacks? | lacking | misses | missing | incorrect | wrong | less )\b
        | n['\u2019]t\b )
    | (?P<or> \bor\b )
    | (?P<stop> [.;:!?]+(?=\s|$) | \b(?: but | while | whereas | although | though | however
        | because | since )\b )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DECORATION = " \t*_`\"'\u201c\u201d#>-"
_ENDS_NAME = re.compile(r"[\s*_`\"'\u201d>)\]]*(?:$|[.:;!,(\u2013\u2014-]|(?=[A-Z][a-z]))")


class _Word(NamedTuple):
    kind: str
    choice: Choice
    """Whom a name names; `unparsable` for other words."""
    start: int
    end: int


def read_sentence(line: str) -> Choice:
    """Decide which assistant a line calls better. Pure; see the table in its tests.

    A verdict at the line's start that stands by itself (`<assistant 2>`, `Equal.`) is taken, unless
    the explanation after it calls the other one better. Any other line is read as a sentence.
    """
    line = line.strip().lstrip(_DECORATION)
    words = list(_read_words(line))
    if not words:
        return "unparsable"
    claims = set(_claims(words))
    lead = words[0]
    if lead.start == 0 and lead.kind in ("name", "equal") and _ENDS_NAME.match(line[lead.end :]):
        verdict: Choice = lead.choice if lead.kind == "name" else "tie"
        return "unparsable" if len(claims) == 1 and claims != {verdict} else verdict
    return _decide(words, claims)


def _read_words(line: str) -> Iterator[_Word]:
    for match in _WORDS.finditer(line):
        number = match["number"]
        kind = "name" if number else str(match.lastgroup)
        yield _Word(kind, _NAMES[number] if number else "unparsable", match.start(), match.end())


def _decide(words: list[_Word], claims: set[Choice]) -> Choice:
    """Decide a line that does not open with a verdict of its own."""
    kinds = {word.kind for word in words}
    names: set[Choice] = {word.choice for word in words if word.kind == "name"}
    if kinds & {"doubt", "or"} or len(claims) > 1:
        return "unparsable"
    if claims:
        return claims.pop()
    if "equal" in kinds:
        return "tie" if len(names) != 1 else "unparsable"
    if len(names) == 1 and "worse" not in kinds:
        return names.pop()
    return "unparsable"


def _claims(words: list[_Word]) -> Iterator[Choice]:
    """Yield the winner of every comparison within a clause: `A is better than B`, `B is worse`."""
    for clause in _clauses(words):
        for index, word in enumerate(clause):
            if word.kind in ("better", "worse") and not _is_doubtful(clause):
                subject = _compared(clause, index)
                if subject != "unparsable":
                    yield subject if word.kind == "better" else _OTHER[subject]


def _compared(clause: list[_Word], index: int) -> Choice:
    """The assistant that a comparing word is said of: the name before it, or not the one after."""
    before = [word for word in clause[:index] if word.kind == "name"]
    if before:
        return before[-1].choice
    after = clause[index + 1 :]
    if after and after[0].kind == "than":
        return (
            _OTHER[after[1].choice] if len(after) > 1 and after[1].kind == "name" else "unparsable"
        )
    return after[0].choice if after and after[0].kind == "name" else "unparsable"


def _is_doubtful(clause: list[_Word]) -> bool:
    return any(word.kind in ("doubt", "or") for word in clause)


def _clauses(words: list[_Word]) -> Iterator[list[_Word]]:
    clause: list[_Word] = []
    for word in words:
        if word.kind == "stop":
            yield clause
            clause = []
        else:
            clause.append(word)
    yield clause
