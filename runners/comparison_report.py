"""The report of a comparison: compare.json, compare.csv, and a table for people."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from runners.comparison import Choice, Comparison, Judged, Outcome
from runners.pairs import Side
from runners.progress import Progress
from runners.run_folder import write_atomically
from runners.win_rates import length_controlled, rates_of


def report_of(
    comparison: Comparison, sides: tuple[Side, Side], judge: str, human: dict[str, Any] | None
) -> dict[str, Any]:
    """Make the contents of compare.json. Outcomes are side B's; shares are of 1."""
    judged, spent = comparison.judged, comparison.spent
    kinds = {each.pair.category for each in judged} - {None}
    return {
        **{name: _side(side) for name, side in zip(("a", "b"), sides, strict=True)},
        "judge": judge,
        "warnings": warnings_of(sides, judge),
        **_rates(judged),
        "unasked": dict(Counter(each.unasked for each in judged if each.unasked)),
        "orders": orders_of(judged),
        "categories": {
            str(kind): _rates([each for each in judged if each.pair.category == kind])
            for kind in sorted(map(str, kinds))
        },
        "human": human,
        "calls": {
            "answered": spent.total.calls,
            "input_tokens": spent.total.input_tokens,
            "output_tokens": spent.total.output_tokens,
            "cost_usd": spent.cost,
        },
    }


def warnings_of(sides: Iterable[Side], judge: str) -> list[str]:
    """What makes the judge partial, as far as is known: its own words, or its own choice."""
    names = {judge, judge.partition(":")[2]} - {""}
    found: list[str] = []
    for side in sides:
        if names & side.writers:
            found.append(
                f"{judge} judges responses that it has written itself, or helped to "
                f"({side.name}); judges prefer their own: take another one"
            )
        elif side.judge == judge:
            found.append(
                f"{judge} judges responses that it has chosen itself ({side.name}); "
                "another judge is the fairer test"
            )
    return found


def orders_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """How the two orders go together, over the pairs that were judged in both."""
    asked = [each for each in judged if each.a_first is not None]
    table: Counter[tuple[Choice | None, Choice | None]] = Counter(
        (each.a_first, each.b_first) for each in asked
    )
    agree = sum(count for (one, two), count in table.items() if one == two != "unparsable")
    flips = sum(map(is_flip, asked))
    unparsable = sum(count * pair.count("unparsable") for pair, count in table.items())
    return {
        "judged": len(asked),
        "agreement": agree / len(asked) if asked else None,
        "flips": flips,
        "flip_share": flips / len(asked) if asked else None,
        "always_first": table["a", "b"],
        "always_second": table["b", "a"],
        "unparsable_share": unparsable / (2 * len(asked)) if asked else None,
        "table": [
            {"a_first": one, "b_first": two, "pairs": count}
            for (one, two), count in table.most_common()
        ],
    }


def is_flip(judged: Judged) -> bool:
    """Whether another response wins when the two change places."""
    return {judged.a_first, judged.b_first} == {"a", "b"}


def _rates(judged: Sequence[Judged]) -> dict[str, Any]:
    outcomes: list[Outcome] = [each.outcome for each in judged if each.outcome is not None]
    pairs = [each.pair for each in judged]
    return {
        "pairs": len(judged),
        "failed": len(judged) - len(outcomes),
        **rates_of(outcomes)._asdict(),
        "length_controlled_win_rate": length_controlled(judged),
        "mean_response_letters": {
            "a": sum(len(pair.a) for pair in pairs) / len(pairs) if pairs else None,
            "b": sum(len(pair.b) for pair in pairs) / len(pairs) if pairs else None,
        },
    }


def _side(side: Side) -> dict[str, Any]:
    return {"name": side.name, "writers": sorted(side.writers)}


def write_report(report: dict[str, Any], judged: Sequence[Judged], stem: Path) -> None:
    """Write STEM.json and STEM.csv. Raises StorageError."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    write_atomically(beside_stem(stem, ".json"), orjson.dumps(report, option=option))
    text = StringIO()
    rows = [_columns(each) for each in judged]
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(beside_stem(stem, ".csv"), text.getvalue().encode())


def beside_stem(stem: Path, suffix: str) -> Path:
    """A file of a comparison: STEM with a suffix, whatever dots the stem has."""
    return stem.with_name(stem.name + suffix)


def _columns(judged: Judged) -> dict[str, Any]:
    pair = judged.pair
    return {
        "position": pair.position,
        "category": pair.category,
        "outcome": judged.outcome or "failed",
        "a_first": judged.a_first,
        "b_first": judged.b_first,
        "flip": int(is_flip(judged)),
        "unasked": judged.unasked,
        "flags": " ".join(judged.flags),
        "failure": judged.failure and judged.failure.message,
        "letters_a": len(pair.a),
        "letters_b": len(pair.b),
        "instruction": pair.instruction,
    }


def print_report(report: dict[str, Any], stem: Path, progress: Progress) -> None:
    """Print the outcome as a table on stdout, or tell it as an event."""
    progress.event("end", comparison=report)
    for warning in report["warnings"]:
        progress.say(f"warning: {warning}")
    if progress.style == "auto":
        title = f"B, {report['b']['name']}, against A, {report['a']['name']}, by {report['judge']}"
        Console().print(rates_table(title, {"all": report, **report["categories"]}))
        _print_notes(report, progress)
        progress.say(f"numbers: {beside_stem(stem, '.json')}, pairs: {beside_stem(stem, '.csv')}")


def rates_table(title: str, rates_by_name: Mapping[str, Mapping[str, Any]]) -> Table:
    """A table of outcomes and win rates, a line for each name."""
    numbers = ("pairs", "wins", "ties", "losses", "win rate", "95%", "length-\ncontrolled")
    headers = (Column(name, justify="right") for name in numbers)
    table = Table("", *headers, box=None, padding=(0, 1), title=Text(title), title_justify="left")
    for name, rates in rates_by_name.items():
        counts = [rates[each] for each in ("pairs", "wins", "ties", "losses")]
        interval = rates["interval"]
        table.add_row(
            Text(name),
            *(f"{count:,}" for count in counts),
            share(rates["win_rate"]),
            f"{share(interval[0])} to {share(interval[1])}" if interval else "-",
            share(rates["length_controlled_win_rate"]),
        )
    return table


def _print_notes(report: dict[str, Any], progress: Progress) -> None:
    orders, unasked, human = report["orders"], report["unasked"], report["human"]
    if report["failed"]:
        progress.say(f"{report['failed']} pairs failed; the same command tries them again")
    if unasked:
        listed = ", ".join(f"{count} {reason}" for reason, count in unasked.items())
        progress.say(f"not asked about: {listed}")
    progress.say(
        f"both orders agree: {share(orders['agreement'])}; flips: {share(orders['flip_share'])}; "
        f"unparsable: {share(orders['unparsable_share'])}"
    )
    if human is not None:
        kappa = "unknown" if human["kappa"] is None else f"{human['kappa']:.3f}"
        people, judge = (
            ", ".join(f"{count} {outcome}" for outcome, count in human[who].items())
            for who in ("human", "judge")
        )
        progress.say(f"human: {people}; judge on the same: {judge}")
        progress.say(f"agreement {share(human['agreement'])}, Cohen's kappa {kappa}")


def share(value: float | None) -> str:
    """A share in per cent, as people read it."""
    return "-" if value is None else f"{value:.1%}"
