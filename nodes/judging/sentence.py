"""Sentences: which assistant a sentence that compares the two prefers.

A sentence is split into clauses, and a clause counts only if all of it matches one of the patterns
below. So `Assistant 1 is better` is a verdict; `Assistant 1 is better at rhyme`, `Assistant 1 might
be better` and `In terms of length, Assistant 1 is better` are not.
"""

import re
from collections.abc import Iterator

from nodes.judging.names import FIRST, NAME, SECOND, within
from prompts.verdicts import Winner

Stated = frozenset[Winner]
"""The verdicts that a text states: none, one, or several that contradict each other."""

_WINNERS: dict[str, Winner] = {FIRST: "first", SECOND: "second"}
_OTHER: dict[Winner, Winner] = {"first": "second", "second": "first", "tie": "tie"}

_N, _M = f"(?P<one>{NAME})", f"(?P<two>{NAME})"
_HOW = (
    r"(?:(?:clearly|slightly|much|far|by far|significantly|somewhat|overall|generally|marginally"
    r"|a bit|a little|a lot|definitely|considerably|also|still|therefore|just|actually|indeed"
    r"|certainly|obviously|substantially|notably|the|an?) )*"
)
_IS = r"(?:(?:is|was|seems|seems to be|appears|appears to be|looks|remains) )"
_GIVES = r"(?:(?:gives|provides|offers|has|gave|provided|offered|is|was) )"
_UP = r"(?:better|superior|stronger|preferable|preferred|best|winner|winning|strongest)"
_DOWN = r"(?:worse|worst|inferior|weaker|weakest|poorer|poorest)"
_NOUN = r"(?: (?:response|answer|assistant|one|choice|option|model|reply))"
_TAIL = r"(?: (?:overall|here|in my opinion|in this case|of the two|of the two responses|by far))?"
_GOOD = r"(?:good|strong|helpful|useful|effective)"
_SAY = r"(?:(?:(?:i|we) (?:would |will |'d |do )?|i['\u2019]d )(?:also |still |personally )?)"
_PICK = r"(?:choose|chose|pick|select|prefer|favou?r|go with|vote for|recommend|declare)"
_ALL = rf"(?:(?:both )?{NAME} and {NAME}|(?:both|the two)(?: of the)?(?: ai)?(?:{_NOUN}s)?|they)"
_THEY = r"(?:are|were|seem|seem to be|appear to be|perform|performed|do|did)"
_EQUAL = r"(?:equal|tied|equally \w+(?:(?:,| and|, and) \w+)*|equivalent|of equal quality|the same)"


def _patterns(*texts: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text, re.IGNORECASE) for text in texts)


_ONE_WINS = _patterns(
    rf"{_N} {_IS}?{_HOW}{_UP}{_NOUN}?{_TAIL}(?: (?:than|to|over) {_M})?{_TAIL}",
    rf"{_N} {_GIVES}{_HOW}(?:better|best|superior|stronger){_NOUN}?{_TAIL}(?: than {_M})?{_TAIL}",
    rf"{_N} {_HOW}(?:outperforms|outperformed|surpasses|beats|outshines|wins over|wins against"
    rf"|won over|over) {_M}{_TAIL}",
    rf"{_N} {_HOW}(?:wins|won){_TAIL}",
    rf"{_SAY}{_HOW}{_PICK} {_N}(?: (?:over|to|rather than|instead of|than) {_M})?{_TAIL}"
    rf"(?: (?:as|to be) {_HOW}{_UP}{_NOUN}?)?{_TAIL}",
    rf"{_HOW}{_UP}{_NOUN}?{_TAIL} (?:is|was|goes to|comes from|would be) {_N}{_TAIL}",
    rf"{_M} {_IS}(?:not|n['\u2019]t) (?:as|so) {_GOOD} as {_N}{_TAIL}",
    rf"{_M} is(?:n['\u2019]t) (?:as|so) {_GOOD} as {_N}{_TAIL}",
    rf"{_HOW}better than {_M} is {_N}",
)
_ONE_LOSES = _patterns(
    rf"{_N} {_IS}?{_HOW}{_DOWN}{_NOUN}?{_TAIL}(?: (?:than|to) {_M})?{_TAIL}",
    rf"{_N} {_HOW}(?:loses|lost|underperforms)(?: (?:to|against) {_M})?{_TAIL}",
    rf"{_HOW}{_DOWN}{_NOUN}?{_TAIL} (?:is|was) {_N}{_TAIL}",
)
TIES = _patterns(
    rf"{_ALL} {_THEY} {_HOW}{_EQUAL}{_TAIL}",
    rf"{_N} {_IS}{_HOW}(?:equal to|as good as|on par with|tied with) {_M}{_TAIL}",
    rf"(?:it|this) (?:is|was) (?:an? )?(?:tie|draw)|it['\u2019]s (?:an? )?(?:tie|draw)"
    rf"|{_SAY}(?:call|consider) it (?:an? )?(?:tie|draw|equal)",
)
OF_TIES = ("equal", "equivalent", "the same", "tied", " tie", *(f"{each} draw" for each in "anst"))
"""Phrases of which every pattern for a tie contains one, or a name. Most sentences contain neither,
and are skipped quickly."""
_SENTENCES = re.compile(r"[^.!?;]+(?:[.!?;](?![\s\"'\u201d)]|$)[^.!?;]*)*[.!?;]*")
_CONDITION = re.compile(r"\b(?:if|unless|whether|suppose|supposing|imagine)\b", re.IGNORECASE)
_BREAK = re.compile(
    rf"\s*(?:,|\(|\)|\s[\u2013\u2014-]\s|\u2014|\b(?:but|while|whereas|although|though|however|yet"
    rf"|because|since|due to|as it|as its|as they)\b|(?<!{NAME}) and (?={NAME}))\s*",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:(?:and|so|overall|therefore|thus|hence|then|that|finally|ultimately|in conclusion"
    r"|in summary|in short|in general|in my opinion|in my view|in my judge?ment"
    r"|it is clear that|it is clear|it seems that|it is evident that|i can say that"
    r"|(?:i|we) (?:would |['\u2019]d )?(?:think|believe|feel|find|conclude|say|judge|consider"
    r"|argue)(?: that)?)(?: |$))+",
    re.IGNORECASE,
)
_NO_ASPECT = re.compile(
    rf"(?:{NAME}|both|the two|neither|based on|after|consider|given|taking|comparing|compared"
    r"|in comparison|between|despite|yes\b|better than|on the other hand|on balance|i['\u2019]d say"
    r"|all in all|all things|to (?:conclude|sum|summari[sz]e))",
    re.IGNORECASE,
)
"""What may precede a verdict without narrowing it, unlike `In terms of length,`."""
_WITHIN = within(FIRST + SECOND)
_NARROWS = re.compile(
    r"(?:in terms|in that regard|in (?:its|their)|at\b|for\b|when\b|except|provided|only"
    r"|from a|regarding|with regard|with respect|on\b)",
    re.IGNORECASE,
)


def read_sentences(text: str) -> Stated:
    """The winners named in a text whose names are replaced (`names.with_names`). Pure."""
    if not _says_something(text):
        return frozenset()
    sentences = (match[0].strip() for match in _SENTENCES.finditer(text))
    return frozenset(
        winner
        for sentence in sentences
        if _says_something(sentence)
        and not sentence.endswith("?")
        and not _CONDITION.search(sentence)
        for winner in _claims(sentence)
    )


def _says_something(text: str) -> bool:
    """Whether a text names an assistant, or says that two are equal."""
    if FIRST in text or SECOND in text:
        return True
    said = " ".join(text.lower().split())
    return any(map(said.__contains__, OF_TIES))


def _claims(sentence: str) -> Iterator[Winner]:
    """The winner of each clause that compares, unless a neighbouring clause narrows it."""
    clauses = [_trimmed(clause) for clause in _BREAK.split(sentence)]
    is_whole = True
    for clause, after in zip(clauses, [*clauses[1:], ""], strict=True):
        winner = _read_clause(
            _OPENING.sub("", clause, count=1) if _OPENING.match(clause) else clause
        )
        if winner is not None:
            if is_whole and not _NARROWS.match(after):
                yield winner
        elif clause and not _OPENING.fullmatch(clause):
            is_whole = _NO_ASPECT.match(clause) is not None


def _trimmed(clause: str) -> str:
    found = _WITHIN.match(" ".join(clause.split()))
    return found[1] if found else ""


def _read_clause(clause: str) -> Winner | None:
    if not _says_something(clause):
        return None
    names_one = FIRST in clause or SECOND in clause
    about_one = ((_ONE_WINS, True), (_ONE_LOSES, False)) if names_one else ()
    for patterns, is_won in about_one:
        for match in (pattern.fullmatch(clause) for pattern in patterns):
            if match and not _is_of_itself(match):
                winner = _WINNERS[match["one"]]
                return winner if is_won else _OTHER[winner]
    return "tie" if any(pattern.fullmatch(clause) for pattern in TIES) else None


def _is_of_itself(match: re.Match[str]) -> bool:
    """Whether an assistant is compared with itself: a slip that says nothing."""
    return match["one"] == match.groupdict().get("two")
