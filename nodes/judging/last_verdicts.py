"""Last verdicts: a judge's fitness over its latest rounds alone."""

from collections import Counter, deque
from collections.abc import Iterable

from nodes.judging.fitness import LAST, Fitness, RoundVerdicts, VerdictPair, fitness_of


class LastVerdicts:
    """The verdicts of the LAST latest rounds that tell something of the judge."""

    def __init__(self, rounds: Iterable[RoundVerdicts] = ()) -> None:
        self._rounds: deque[RoundVerdicts] = deque()
        self._pairs: Counter[VerdictPair] = Counter()
        self._by_judge: Counter[VerdictPair] = Counter()
        for each in rounds:
            self.add(each)

    def add(self, told: RoundVerdicts) -> None:
        """Add the verdicts of one more round."""
        self._rounds.append(told)
        self._pairs[told.pair] += 1
        self._by_judge.update(told.by_judge)
        if len(self._rounds) > LAST:
            oldest = self._rounds.popleft()
            self._pairs[oldest.pair] -= 1
            self._by_judge.subtract(oldest.by_judge)

    @property
    def fitness(self) -> Fitness:
        """The judge's fitness by these verdicts alone."""
        return fitness_of(self._pairs, self._by_judge)
