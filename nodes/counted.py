"""Numbers of things as people read them: `1 row`, `2,000 rows`."""


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number and what it is of; `many` is the plural of `one` where that has more than an s."""
    return f"{number:,} {noun(number, one, many)}"


def noun(number: int, one: str, many: str | None = None) -> str:
    """What a number is of, without the number."""
    return one if number == 1 else many or f"{one}s"
