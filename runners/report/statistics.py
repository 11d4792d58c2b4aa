"""Statistics: counts over the records of a run (section 4.2)."""

from collections import Counter
from collections.abc import Sequence

from nodes.unchanged import is_unchanged
from prompts.roles import JudgeMode
from runners.folder.records import Record, accepted_of
from runners.folder.summary import Tally
from runners.report.judging import Acceptance, ChanceCounts
from runners.report.lengths import Lengths
from runners.report.responses import Length, LengthUnit, ReportedResponse


class Statistics:
    """Counts over the records of a run; a few bytes per changed response, else constant."""

    def __init__(self, unit: LengthUnit, mode: JudgeMode = "choice") -> None:
        self._unit, self._mode = unit, mode
        self.tally = Tally()
        """The counts of summary.json: rounds, verdicts, flips, flags."""
        self.lengths = Lengths()
        self.acceptance = Acceptance()
        self.chances = ChanceCounts()
        """Counted in judge mode `probability` only."""
        self.judged_once = 0
        """Rounds judged in one order only, as with --economy."""
        self.failures: Counter[tuple[str, str]] = Counter()
        """Failed rows by node and by error class."""

        self.flaws: Counter[str] = Counter()
        """Rows by the flaws of changed responses (`runners.check.changed`)."""
        self.flawed = 0
        """Rows with at least one flaw."""

    def add(
        self,
        record: Record,
        responses: Sequence[ReportedResponse],
        lengths: Sequence[Length],
        flaws: Sequence[str],
    ) -> None:
        """Count a record, given its responses, their lengths and the row's flaws.

        A row that failed in its first round counts as a failure only.
        """
        self.tally.add(record)
        self.flaws.update(flaws)
        self.flawed += bool(flaws)
        if record.failure is not None:
            self.failures[record.failure.stage, record.failure.error] += 1
        for response, length in zip(responses, lengths, strict=True):
            self.lengths.add(length, changed=accepted_of(response.rounds) > 0)
            self._add_rounds(response)

    def _add_rounds(self, response: ReportedResponse) -> None:
        for each in response.rounds:
            if not each["judgements"] or is_unchanged(each):
                continue
            self.judged_once += len(each["judgements"]) == 1
            if self._mode == "probability":
                self.chances.add(each["judgements"])
            length = self._unit.measure(each["response"])
            if length:
                ratio = self._unit.measure(each["edit"]["response"]) / length
                self.acceptance.add(ratio, accepted=each["outcome"] == "improved")
