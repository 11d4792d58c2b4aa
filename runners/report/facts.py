"""Facts: the single numbers at the top of a section."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from nodes.unchanged import unchanged_in_words
from runners.folder.guard_tally import saved_in
from runners.folder.spent_words import in_and_out, saved_in_words
from runners.report.source import RunReading


class Fact(NamedTuple):
    """A number with its label."""

    label: str
    value: str
    note: str = ""
    """What it is a share of, or what it means; may be empty."""


def headline(reading: RunReading) -> list[Fact]:
    """A run's results and usage. Unknown values are called unknown, never 0."""
    rows, calls = reading.summary["rows"], reading.summary["calls"]
    evolved = evolved_in(reading)
    share = share_of(rows["improved"], evolved)
    of = "" if evolved == rows["finished"] else f" of {evolved:,} that were evolved"
    cost = calls["cost_usd"]
    told = calls["input_tokens"] is not None
    tokens = f"{calls['input_tokens'] + calls['output_tokens']:,}" if told else "unknown"
    untold, rounds = calls["without_usage"], reading.summary["rounds"]["run"]
    return [
        Fact("Finished rows", f"{rows['finished']:,}", f"of {rows['rows']:,}{_repeats(reading)}"),
        Fact("Improved", percent(share), f"{rows['improved']:,} rows with an accepted round{of}"),
        Fact("Failed rows", f"{rows['failed']:,}", "they keep what was accepted before"),
        Fact("With a flaw", f"{reading.statistics.flawed:,}", "changed rows that deserve a look"),
        *_guard_facts(reading),
        Fact("Calls", f"{calls['answered']:,}", _calls_in_words(rounds, untold)),
        Fact("Tokens", tokens, in_and_out(calls) or ""),
        Fact("Cost", "unknown" if cost is None else dollars(cost), _about_cost(calls)),
        Fact("Time at work", duration(reading.summary["seconds"]), "over all starts"),
    ]


def evolved_in(reading: RunReading) -> int:
    """Finished rows, except those that passed untouched."""
    passed: dict[str, int] = reading.summary["passed"]
    return reading.summary["rows"]["finished"] - sum(passed.values())


def _repeats(reading: RunReading) -> str:
    repeats = reading.summary["repeats"]
    return f"; {repeats:,} as a row before them with the same task" if repeats else ""


def _guard_facts(reading: RunReading) -> list[Fact]:
    """What the guards did; empty if they did nothing."""
    guards = reading.summary["guards"]
    if not guards["cleaned_edits"] and not guards["refused_edits"]:
        return []
    note = f"{guards['cleaned_edits']:,} cleaned; {saved_in(guards)}"
    return [Fact("Edits refused", f"{guards['refused_edits']:,}", note)]


def judge_facts(reading: RunReading) -> list[Fact]:
    """How far the judge can be trusted."""
    summary, statistics = reading.summary, reading.statistics
    position = statistics.tally.fitness.position
    judged = statistics.tally.verdicts.total()
    return [
        Fact("Judged in both orders", f"{judged:,} rounds", _not_so_judged(reading)),
        Fact(
            "Flips", percent(summary["flip_share"]), "original and edited trade places when swapped"
        ),
        Fact("First place wins", percent(position.share_first), "of named winners; 50% is no bias"),
        Fact(
            "Unparsable", percent(summary["unparsable_share"]), "of judgements; they count as ties"
        ),
        *([unfinished_fact(unfinished)] if (unfinished := summary["unfinished_share"]) else []),
    ]


def _not_so_judged(reading: RunReading) -> str:
    """Which rounds were not judged in both orders, besides those refused by guards."""
    once, unchanged = reading.statistics.judged_once, reading.summary["editor"]["unchanged"]
    told = [f"{once:,} in one only"] if once else []
    return "; ".join([*told, *([unchanged_in_words(unchanged)] if unchanged else [])])


def unfinished_fact(share: float | None) -> Fact:
    """The share of judgements that ended during the thinking."""
    explanation = "of judgements never came after the thinking; they count as ties"
    return Fact("Unfinished", percent(share), explanation)


def state_of(reading: RunReading) -> str:
    """Whether the run is finished, in words."""
    left = reading.summary["rows"]["left"]
    if not left:
        return "finished"
    return f"{'at work' if reading.at_work else 'unfinished'}: {left:,} rows left"


def share_of(part: int, whole: int) -> float | None:
    """A share; None of an empty whole."""
    return part / whole if whole else None


def percent(share: float | None) -> str:
    """A share in per cent; `none` for None."""
    return "none" if share is None else f"{share:.1%}"


def dollars(cost: float) -> str:
    """An amount of money, rounded to cents unless it is small."""
    return f"${cost:,.2f}" if cost >= 1 or cost == 0 else f"${cost:.4f}"


def duration(seconds: float) -> str:
    """A duration in its two largest units."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def _calls_in_words(rounds: int, untold: int) -> str:
    text = f"in {rounds:,} rounds"
    return f"{text}; {untold:,} without usage" if untold else text


def _about_cost(calls: Mapping[str, Any]) -> str:
    """What caches saved, or why there is no cost."""
    if calls["cost_usd"] is None:
        return "no known price or usage"
    if not calls["cost_usd"]:
        return "nothing was to be paid"
    return saved_in_words(calls["saved_usd"]) or ""
