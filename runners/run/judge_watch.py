"""The watch over a judge: whether its last verdicts carry information, and if a run goes on."""

from nodes.judging.fitness import Fitness, RoundVerdicts, complaints, is_unfit, warning_of
from nodes.judging.last_verdicts import LastVerdicts
from runners.errors import Stopped


class JudgeWatch:
    """Follows a judge over its last judgements."""

    def __init__(
        self, *, stops: bool, before: LastVerdicts | None = None, unit: str = "rounds"
    ) -> None:
        """`stops` ends what has an unfit judge; `before` are its verdicts of earlier starts."""
        self._last = before or LastVerdicts()
        self._stops, self._unit = stops, unit

    def add(self, told: RoundVerdicts | None) -> None:
        """Take in the verdicts of a round; None where it tells nothing of the judge."""
        if told is not None:
            self._last.add(told)

    @property
    def fitness(self) -> Fitness:
        """What its last verdicts say of it."""
        return self._last.fitness

    @property
    def in_words(self) -> str | None:
        """What is unhealthy about it now, for a line; None if nothing is."""
        return ", and ".join(complaints(self.fitness, self._unit)) or None

    def check(self, left: int) -> None:
        """Raise Stopped if the judge is unfit, and so much as one row or pair is left for it."""
        fitness = self.fitness
        if self._stops and left and is_unfit(fitness):
            raise Stopped(
                f"the judge is unfit: {warning_of(fitness, self._unit)}; "
                "--unfit-judge go-on goes on with it all the same"
            )
