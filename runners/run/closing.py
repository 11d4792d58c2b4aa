"""The last lines of a run: results, cost, and where the files are."""

from collections import Counter
from pathlib import Path
from typing import Any

from nodes.counted import noun
from nodes.unchanged import unchanged_in_words
from runners.folder.folder import RunFolder
from runners.folder.guard_tally import guard_lines
from runners.folder.ledger import Counts
from runners.folder.panel_tally import panel_lines
from runners.folder.passed import passed_lines
from runners.folder.reasons import reasons_in_words
from runners.folder.spent_words import in_and_out, saved_in_words
from runners.folder.summary import read_summary
from runners.folder.tier_tally import tier_tally_lines
from runners.run.endings import ending_lines
from runners.run.progress import Progress
from runners.run.view import Follower


def print_closing(run: Path, counts: Counts, progress: Progress) -> None:
    """Print how a run ended, from its summary."""
    folder = RunFolder(run)
    summary = read_summary(folder.summary)
    progress.event("end", summary=summary)
    passed = sum(summary["passed"].values())
    progress.say(f"{counts.rows} {noun(counts.rows, 'row')}: {counts.in_words(passed)}")
    progress.say(_rounds(summary))
    if unchanged := summary["editor"]["unchanged"]:
        progress.say(unchanged_in_words(unchanged))
    for line in passed_lines(summary):
        progress.say(line)
    for line in guard_lines(summary["guards"]):
        progress.say(line)
    progress.say(_spent(summary["calls"]))
    for line in tier_tally_lines(summary.get("calls_by_tier", ())):
        progress.say(line)
    for line in ending_lines(summary):
        progress.say(line)
    for line in panel_lines(summary["panel"]) if "panel" in summary else ():
        progress.say(line)
    for who in ("judge", "editor"):
        if summary[who]["warning"] is not None:
            progress.say(f"{who}: {summary[who]['warning']}")
    print_failures(folder, summary, progress)
    progress.say(f"dataset: {folder.evolved}")
    progress.say(f"records: {folder.evolutions}, numbers: {folder.summary}")


def print_failures(folder: RunFolder, summary: dict[str, Any], progress: Follower) -> None:
    """Print why rows failed, if any did, and whether retrying helps."""
    if summary["rows"]["failed"]:
        progress.say(f"failed rows keep what was accepted before; each is in {folder.failures}:")
        for line in reasons_in_words(summary["failures"]):
            progress.say(line)


def _rounds(summary: dict[str, Any]) -> str:
    if summary["framework"] != "coevol":
        return f"framework {summary['framework']}: one pass, edits are not judged"
    by_rounds = ", ".join(f"{count} with {k}" for k, count in _accepted(summary).items())
    return f"rows by accepted rounds: {by_rounds or 'none has come through one'}"


def _accepted(summary: dict[str, Any]) -> Counter[str]:
    """Rows by accepted rounds, without those that passed untouched."""
    accepted = Counter[str](summary["rounds"]["rows_by_accepted"])
    return accepted - Counter({"0": sum(summary["passed"].values())})


def _spent(calls: dict[str, Any]) -> str:
    words = f"{calls['answered']} {noun(calls['answered'], 'call')} in all"
    if (tokens := in_and_out(calls, "tokens ")) is not None:
        words += f", {tokens}"
    if calls["cost_usd"]:
        words += f", ${calls['cost_usd']:.4f}"
    if (saved := saved_in_words(calls["saved_usd"])) is not None:
        words += f", {saved}"
    return words
