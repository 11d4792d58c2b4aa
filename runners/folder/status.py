"""Status: the state of a run, read from its folder while it works or afterwards."""

from contextlib import closing
from pathlib import Path
from typing import Any

from runners.calls.price import Price
from runners.calls.prices import prices_of
from runners.calls.spending import SpendingReader
from runners.calls.spent import Spent
from runners.errors import UsageError
from runners.folder.batches import batches_back, batches_out, out_there_lines
from runners.folder.last_rounds import last_edits, last_verdicts
from runners.folder.ledger import Counts, Ledger
from runners.folder.opened import find_run, open_run
from runners.folder.repeats import repeats_in
from runners.folder.spent_words import in_and_out, saved_in_words
from runners.folder.tables import SCHEMA
from runners.storage.database import Database

_ALWAYS = ("input", "output", "reasoning")


def read_status(run: Path, own: Price | None = None) -> dict[str, Any]:
    """The state of a run; `own` is the user's own price. Raises UsageError if there is none."""
    with open_run(run) as opened:
        context, database = opened.run_file.settings.context, opened.database
        is_counted = opened.run_file.data.rows is not None
        counts = opened.ledger.counts()
        spending = SpendingReader(database, prices_of(context, own))
        ((journaled,),) = database.read("SELECT count(*) FROM calls")
        return {
            "run": str(run),
            "data": opened.run_file.data.path,
            "framework": opened.run_file.settings.framework,
            "model": context.model,
            "rounds": context.max_rounds,
            "at_work": opened.folder.is_locked(),
            "rows": {**counts._asdict(), "left": counts.left, "all_counted": is_counted},
            "passed": opened.ledger.passed(),
            "repeats": repeats_in(database),
            "calls": {"answered": spending.total.calls, "in_journal": journaled},
            "tokens": _told(spending.total),
            "cost_usd": spending.cost,
            "batches": batches_out(database),
            "batches_back": batches_back(database),
            "cached_share": spending.total.cached_share,
            "saved_usd": spending.saved,
            "judge": last_verdicts(opened.ledger).fitness.as_dict(),
            "editor": last_edits(opened.ledger).counts.as_dict(),
        }


def status_lines(status: dict[str, Any]) -> list[str]:
    """A status in words."""
    rows, calls = status["rows"], status["calls"]
    counts = Counts(*(rows[name] for name in Counts._fields))
    if status["at_work"]:
        state = "at work"
    else:
        is_finished = rows["all_counted"] and not rows["left"]
        state = "finished" if is_finished else f"stopped; coevol resume {status['run']} goes on"
    more = "" if rows["all_counted"] else " and more, which are not counted yet,"
    warnings = ((who, status[who]["warning"]) for who in ("judge", "editor"))
    return [
        f"{status['run']}: {state}",
        f"data    {status['data']}",
        f"model   {status['model']}, {_framework(status)}",
        f"rows    {counts.done} of {counts.rows}{more} done: "
        f"{counts.in_words(status['passed'])}{_repeats(status)}",
        f"calls   {calls['answered']} answered, {calls['in_journal']} in the journal",
        f"tokens  {_tokens(status)}",
        f"cost    {_cost(status)}",
        *out_there_lines(status["batches"], status["batches_back"]),
        *(f"{who:<8}{warning}" for who, warning in warnings if warning is not None),
    ]


def _repeats(status: dict[str, Any]) -> str:
    repeats = status["repeats"]
    return f"; {repeats} have the task of an earlier row" if repeats else ""


def _framework(status: dict[str, Any]) -> str:
    if status["framework"] == "coevol":
        return f"at most {status['rounds']} rounds"
    return f"framework {status['framework']}: one pass, not judged"


def _told(spent: Spent) -> dict[str, Any]:
    """The tokens by kind; those of caches only if an endpoint reported any."""
    kinds = {name.removesuffix("_tokens"): count for name, count in spent.tokens.items()}
    return kinds if spent.cached_told else {name: kinds[name] for name in _ALWAYS}


def _tokens(status: dict[str, Any]) -> str:
    told = {f"{name}_tokens": count for name, count in status["tokens"].items()}
    return in_and_out(told) or "unknown"


def _cost(status: dict[str, Any]) -> str:
    cost, saved = status["cost_usd"], saved_in_words(status["saved_usd"])
    if cost is None:
        return "unknown"
    return f"${cost:.4f}" + (f", {saved}" if saved else "")


def drop_journal(run: Path, *, force: bool = False) -> int:
    """Delete a run's answered calls, keeping its results; return how many there were.

    Raises UsageError if there is no run, a process is working on it, or, without `force`, rows are
    left whose calls would be paid again.
    """
    folder, run_file = find_run(run)
    with folder, closing(Database(folder.database, SCHEMA)) as database:
        left = Ledger(database).counts().left
        if (left or run_file.data.rows is None) and not force:
            hint = "resume the run first, or give --force"
            raise UsageError(f"{run}: {left or 'some'} rows left would pay for calls again; {hint}")
        ((count,),) = database.read("SELECT count(*) FROM calls")
        database.write_now(lambda connection: connection.execute("DELETE FROM calls"))
        database.vacuum()
    return count
