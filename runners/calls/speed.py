"""Speed: decides how many calls may be in flight, and when the next may start.

An occasional refusal says nothing about the endpoint: its call is simply sent again. When the share
of refusals shows that the endpoint can't take so many calls, one of two things is lowered: the rate
if the endpoint asks for that (429), else the number of calls in flight. This is a trial: if answers
are lost and just as many calls are refused as before, it is undone.
"""

from enum import Enum

from runners.calls.concurrency import ConcurrencyLimit
from runners.calls.rate import Rate
from runners.calls.refusals import Refusals
from runners.calls.trial import AnswerRate, Trial

_RECENT, _FEWEST = 200, 60
"""Calls considered: among fewer, a quarter may be refused by chance."""
_RECENT_LATE, _FEWEST_LATE = 16, 8
"""The same for calls that timed out, each of which has cost minutes."""
_RATE_AGE = 60.0
"""Seconds after the last answer during which refusals still say something about the rate."""
_REST, _SHORTEST_REST, _LONGEST_REST = 10, 5.0, 300.0
"""After a failed trial, the pause before the next: a multiple of the trial's duration, and its
bounds in seconds. It doubles with each failed trial."""
_AWAY, _LONGER, _MISSED = 40, 2.0, 10
"""Consecutive refusals that show a limit even after a trial that failed, if they last so many times
longer than an answer takes, and so many answers should have come: a refusal comes at once, and
overtakes them."""


class Cause(Enum):
    """Why a working endpoint did not answer a call."""

    RATE = "rate"
    """It wants fewer calls per minute (429)."""
    LOAD = "load"
    """It has too many calls at once (503, 529)."""
    LATE = "late"
    """The call waited so long behind others that it timed out."""


class Speed:
    """Speed at one endpoint. All times are seconds of one monotonic clock that the caller reads."""

    def __init__(
        self, lowest: int, highest: int, rpm: float | None = None, tpm: float | None = None
    ) -> None:
        """Set the bounds: calls in flight, and requests and tokens per minute."""
        self._limit = ConcurrencyLimit(lowest, highest)
        self._rate = Rate(rpm, tpm)
        self._refusals = Refusals(_RECENT, _FEWEST)
        self._late = Refusals(_RECENT_LATE, _FEWEST_LATE)
        self._lowered_at = self._answered_at = self._full_at = float("-inf")
        self._answers = AnswerRate()
        self._takes = 0.0
        """Seconds that the last answer took."""
        self._trial: Trial | None = None
        self._size_before = highest
        """Calls in flight before the trial."""
        self._rests_until, self._in_vain = float("-inf"), 0

    @property
    def size(self) -> int:
        """Calls that may be in flight now."""
        return self._limit.size

    @property
    def is_answering(self) -> bool:
        """Whether calls have been answered since the endpoint was last found to be full."""
        return self._answered_at > self._full_at

    def rate(self, now: float) -> float | None:
        """Calls per second that may start now; None if nothing limits them."""
        return self._rate.rate(now)

    def delay(self, now: float) -> float:
        """Seconds until the next call may start; 0 if it may now."""
        return self._rate.delay(now)

    def started(self, now: float, tokens: int) -> None:
        """Count a call that starts, with its expected tokens."""
        self._rate.started(now, tokens)

    def answered(
        self, started: float, now: float, in_flight: int, expected: int, tokens: int
    ) -> None:
        """Count an answer, with its expected and its actual tokens."""
        self._answered_at, self._takes = now, now - started
        self._answers.count(now)
        self._refusals.count(refused=False)
        self._late.count(refused=False)
        self._limit.accepted(in_flight)
        self._rate.used(expected, tokens)
        if self._trial is not None:
            self._trial.count(started, now, refused=False)
            self._undo_in_vain(now, 2 * self.size)

    def refused(self, started: float, now: float, cause: Cause) -> bool:
        """Learn from a call that was not answered; return whether the endpoint has too many."""
        if cause is Cause.RATE:
            self._rate.refused(started)
        if cause is not Cause.LATE and self._trial is not None:
            self._trial.count(started, now, refused=True)
        if started <= self._lowered_at:
            return True  # it was sent before the lesson that it would teach
        recent = self._late if cause is Cause.LATE else self._refusals
        recent.count(refused=True)
        flood = recent.is_flood and not self._is_known(now, cause)
        if cause is Cause.RATE and not flood:
            self._rate.learn(now, flood=False)
        if flood:
            self._slow_down(now, cause)
        return flood

    def _is_known(self, now: float, cause: Cause) -> bool:
        """Whether slowing down did not help against such a flood, or turns out not to."""
        if cause is Cause.LATE or self._is_away(now):
            return False
        return now < self._rests_until or self._undo_in_vain(now)

    def _is_away(self, now: float) -> bool:
        """Whether no call at all is answered any more."""
        silent, usual = now - self._answered_at, self._answers.at(self._answered_at)
        is_late = silent > _LONGER * self._takes and (usual is None or silent * usual > _MISSED)
        return self._refusals.in_a_row >= _AWAY and is_late

    def _slow_down(self, now: float, cause: Cause) -> None:
        """Slow down, as a trial if the speed before is known."""
        self._full_at = now
        answers, share = self._answers.at(now), self._refusals.share
        size, rate = self.size, self._rate.learned
        if not self._teaches_rate(now, cause):
            self._lower(now, is_late=cause is Cause.LATE)
        if cause is Cause.LATE:
            self._trial = None
        elif self.size == size and self._rate.learned >= rate:
            pass
        elif self._trial is not None:
            self._trial.slower(now)
        elif answers is not None:
            self._trial, self._size_before = Trial(now, answers, share, self._takes), size

    def _undo_in_vain(self, now: float, fewest: int = 0) -> bool:
        """Undo a trial that did not help; return whether there was one."""
        trial = self._trial
        if trial is None or not trial.has_failed(now, fewest):
            return False
        self._trial = None
        self._rate.forget()
        self._limit.restore(self._size_before)
        rest = max(_SHORTEST_REST, _REST * (now - trial.begun)) * 2**self._in_vain
        self._rests_until = now + min(rest, _LONGEST_REST)
        self._in_vain += 1
        self._refusals.forget()
        return True

    def _teaches_rate(self, now: float, cause: Cause) -> bool:
        """Learn about the rate; return whether the rate is the reason."""
        if cause is not Cause.RATE:
            return False
        if now - self._answered_at > _RATE_AGE:
            return True  # nothing is answered: what is not refused yet would look like a rate
        return self._rate.learn(now)

    def _lower(self, now: float, *, is_late: bool) -> None:
        self._limit.lower(to_stay=is_late)
        self._lowered_at = now
        self._refusals.forget()
        self._late.forget()
