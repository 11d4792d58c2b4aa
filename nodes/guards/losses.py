"""Losses: numbers of the original that are no longer in the response."""

import re

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_LIST_MARK = re.compile(
    r"(?:^|\s)\(?\d{1,2}[.)](?=\s+[^\W\d])|^[ \t]*(?:step[ ]\d+|\#?\d{1,2}[ ]?[-\u2013:][ ])",
    re.IGNORECASE | re.MULTILINE,
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def are_numbers_lost(response: str, original: str) -> bool:
    """Whether half or more of the original's numbers are gone. One spelled out is not gone."""
    before = numbers_of(_LIST_MARK.sub(" ", original))
    said = set(re.findall(r"[a-z]+", response.lower()))
    in_words = {str(number) for number, word in enumerate(_WORDS) if word in said}
    gone = before - numbers_of(response) - in_words
    return bool(before) and len(gone) * 2 >= len(before)


def numbers_of(text: str) -> set[str]:
    """The numbers in a text in a normal form: 1,000 as 1000, 2.50 as 2.5."""
    return {_plain(number) for number in _NUMBER.findall(text)}


def _plain(number: str) -> str:
    joined = re.sub(r",(?=\d{3}(?:\D|$))", "", number)
    whole, _, fraction = joined.partition(".")
    digits = fraction.rstrip("0") if fraction.isdigit() else fraction
    return f"{whole.lstrip('0') or '0'}{'.' if digits else ''}{digits}"
