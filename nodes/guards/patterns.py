"""Patterns: how the guards' regular expressions are compiled."""

import re
from functools import cache


def any_of(*words: str) -> re.Pattern[str]:
    """A case-insensitive pattern that matches any of these expressions."""
    return re.compile("|".join(words), re.IGNORECASE)


@cache
def pattern_of(pattern: str) -> re.Pattern[str]:
    """Compile a verbose, case-insensitive pattern on first use.

    Compiling the large ones takes 0.4 s in all, which would delay every command.
    """
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE | re.MULTILINE)
