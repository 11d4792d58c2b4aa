"""Names: replaces every way of naming one of the two assistants by one character.

`Assistant 2's response`, `<assistant_2>`, `the response of Assistant B` and `the second answer` all
become `SECOND`, so patterns of statements and sentences have a single name to match.
"""

import re

FIRST, SECOND = "\ue001", "\ue002"
"""Private-use characters of Unicode; any that a text contains are removed first."""
NAME = f"[{FIRST}{SECOND}]"

_NAMES = re.compile(
    r"""\b (?=[armtfs])  # how all of them begin: three times as fast
    (?: (?:ai\s+)? (?:assistant|response|answer|model) (?:\s+number)? [\s_\#-]*
        (?P<number> [12] | (?-i:[AB]) | one | two )
        (?! \w | \.?\d | \s*[/|&] | \s+(?:and|or)\s+[12AB]\b )
    | (?:the\s+)? (?P<place>first|second) \s+ (?:ai\s+)? (?:assistant|response|answer|model) \b
    | the\s+ (?P<one>first|second) \s+ one \b
    | (?<=than\s)the\s+ (?P<than>first|second) \b (?!\s+\w) )""",
    re.IGNORECASE | re.VERBOSE,
)
_NAMED_BY = ("assistant", "response", "answer", "model", "the first", "the second")
_THING = r"(?:response|answer|output|reply|one)"
_MADE = r"(?:given|provided|written|generated)\s+"
_BRACKETS = re.compile(rf"<\s*({NAME})\s*>")
_WHOSE = re.compile(
    rf"(?:\bthe\s+)?\b{_THING}\s+(?:{_MADE})?(?:of|from|by|for)\s+(?:the\s+)?({NAME})"
    rf"|({NAME})(?:['\u2019]s?(?!\w))?(?:\s+{_THING}\b)?",
    re.IGNORECASE,
)
_FIRST_NAMES = {"1", "a", "one", "first"}


def with_names(text: str) -> str:
    """The text with `FIRST` and `SECOND` in place of names; `<assistant 1>` keeps its brackets."""
    text = text.replace(FIRST, "").replace(SECOND, "")
    lower = text.lower()  # searching for words is a hundred times as fast as the pattern
    return _NAMES.sub(_letter, text) if any(map(lower.__contains__, _NAMED_BY)) else text


def without_marks(named: str) -> str:
    """A text from `with_names` without the marks around names; "X's response" becomes "X"."""
    if FIRST not in named and SECOND not in named:
        return named
    bare = _BRACKETS.sub(r"\1", named) if "<" in named else named
    return _WHOSE.sub(lambda match: match[1] or match[2], bare)


def within(kept: str) -> re.Pattern[str]:
    """A pattern whose group 1 spans the first to the last letter, digit or `kept` mark of a text.

    It finds both ends without scanning what is between them.
    """
    return re.compile(rf"[^\w{kept}]*((?:.*[\w{kept}])?)", re.DOTALL)


def _letter(match: re.Match[str]) -> str:
    who = match["number"] or match["place"] or match["one"] or match["than"]
    return FIRST if who.lower() in _FIRST_NAMES else SECOND
