"""Losses: numbers of the original that are no longer in the response."""

import re

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_LIST_MARK = re.compile(
    r"^[ \t]*(?:\(?\d{1,3}[.):](?=\s)|step[ ]\d+|\#?\d{1,2}[ ]?[-\u2013][ ])", re.M | re.I
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def numbers_of(text: str) -> set[str]:
    """The numbers in a text, however they are grouped; not those that only number a list."""
    bare = _LIST_MARK.sub("", text)
    return {_plain(number) for number in _NUMBER.findall(bare)}


def _plain(number: str) -> str:
    """Write a number one way: 1,000 as 1000, 2.50 as 2.5."""
    joined = re.sub(r",(?=\d{3}(?:\D|$))", "", number)
    whole, point, fraction = joined.partition(".")
    fraction = fraction.rstrip("0") if "." not in fraction else fraction
    return f"{whole.lstrip('0') or '0'}{point if fraction else ''}{fraction}"


def are_numbers_lost(response: str, original: str) -> bool:
    """Whether half or more of the original's numbers are gone; as words they are still there."""
    before = numbers_of(original)
    said = set(re.findall(r"[a-z]+", response.lower()))
    in_words = {str(number) for number, word in enumerate(_WORDS) if word in said}
    gone = before - numbers_of(response) - in_words
    return bool(before) and len(gone) * 2 >= len(before)
