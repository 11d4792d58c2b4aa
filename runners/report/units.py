"""Units of length for responses."""

from runners.errors import UsageError
from runners.report.responses import LengthUnit


def _count_words(text: str) -> int:
    return len(text.split())


WORDS = LengthUnit(
    "words",
    _count_words,
    "Lengths are in words, parted by white space, not in tokens of a model; --tokenizer counts "
    "those.",
)


def unit_of(tokenizer: str) -> LengthUnit:
    """The unit named `words`, or an encoding of tiktoken. Raises UsageError.

    tiktoken downloads an encoding once and keeps it (TIKTOKEN_CACHE_DIR); words need nothing.
    """
    if tokenizer == WORDS.name:
        return WORDS
    import requests
    import tiktoken

    try:
        encoding = tiktoken.get_encoding(tokenizer)
    except ValueError:
        known = ", ".join(["words", *tiktoken.list_encoding_names()])
        raise UsageError(f"--tokenizer {tokenizer}: not known; give one of {known}") from None
    except (OSError, requests.RequestException):
        hint = "it is loaded once from the network; --tokenizer words needs none"
        raise UsageError(f"--tokenizer {tokenizer}: can't be loaded: {hint}") from None

    def count_tokens(text: str) -> int:
        return len(encoding.encode_ordinary(text))

    return LengthUnit(
        "tokens",
        count_tokens,
        f"Lengths are in tokens of tiktoken's {tokenizer}.",
    )
