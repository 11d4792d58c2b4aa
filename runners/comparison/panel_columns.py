"""Columns for the judges of a panel in compare.csv and calibrate.csv."""

from collections.abc import Sequence
from typing import NamedTuple

from prompts.roles import Seat
from runners.comparison.judged import Judged

Cell = str | float | None


class PanelColumns(NamedTuple):
    """The columns of a file of pairs; none for a single judge."""

    judges: Sequence[Seat]
    """The judges of the panel."""
    sides: tuple[str, str] = ("a", "b")
    """The file's names for the two responses of a pair."""

    @property
    def names(self) -> list[str]:
        """For each judge: its verdict with either side first, and each side's points."""
        parts = [f"{side}_{part}" for part in ("first", "points") for side in self.sides]
        return [f"{judge}_{part}" for judge in self.judges for part in parts]

    def cells(self, judged: Judged) -> dict[str, Cell]:
        """The judges' cells for a pair; empty for a judge that was not asked."""
        said = (cell for judge in self.judges for cell in _cells(judged.panel.get(judge)))
        return dict(zip(self.names, said, strict=True))


def _cells(alone: Judged | None) -> tuple[Cell, ...]:
    if alone is None or alone.scores is None:
        return (None,) * 4
    return (*alone.choices, *alone.scores)
