"""Agreement: how far two judges of the same rounds agree beyond chance."""

from collections.abc import Sequence


def kappa_of(table: Sequence[Sequence[int]]) -> float | None:
    """Cohen's kappa of a square table of counts; None if chance alone would always agree."""
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    total = sum(rows)
    by_chance = sum(row * column for row, column in zip(rows, columns, strict=True))
    if total * total == by_chance:
        return None
    agreed = total * sum(table[place][place] for place in range(len(table)))
    return (agreed - by_chance) / (total * total - by_chance)
