"""Export: turns a run's rows, or its preference pairs, into files for one purpose."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from runners.data.stores import Location, StorePath
from runners.errors import UsageError
from runners.export.dialogue import Unfit
from runners.export.folder import check_replaceable, new_folder
from runners.export.hygiene import Hygiene, Policy
from runners.export.source import Source, open_source
from runners.export.spool import Spool
from runners.export.target import Target
from runners.export.trace_layout import TraceLayout
from runners.export.upload import check_uploadable, uploaded
from runners.folder.ledger import Counts
from runners.people.report import ReviewReport, results_of
from runners.people.verdicts import decisions_of, read_verdicts


class ExportRequest(NamedTuple):
    """What to export."""

    run: Path
    to: str
    """Name of the target."""
    out: Location
    options: dict[str, Any]
    """Options that affect the files; they are recorded in the export's stamp."""
    policy: Policy = Policy()
    partial: bool = False
    """Whether to export rows that are not finished, too, with their originals."""
    data: Location | None = None
    """Where the run's dataset is now; None if it has not moved."""
    force: bool = False
    """Whether to replace an export of another kind."""
    trace_layout: TraceLayout | None = None
    """Where to put thinking before responses; None for where the target expects it."""
    human: bool = False
    """Whether people's verdicts overrule the judge's."""


class Unfits:
    """Rows that the target can't hold, by reason."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: dict[str, str] = {}
        """The id of the first row for each reason."""

    def add(self, reason: str, id: str) -> None:
        """Count a row."""
        self.counts[reason] += 1
        self.first.setdefault(reason, id)


class ExportReport(NamedTuple):
    """The result of an export."""

    counts: Counts
    """The run's counts."""
    hygiene: Hygiene
    unit: str
    exported: int
    unfit: Unfits
    notes: Counter[str]
    """Counts of other changes to rows, by their description."""
    remarks: list[str]
    """Lines for the user, such as how to train on the files."""
    people: ReviewReport | None = None
    """People's verdicts, if they were used."""


def export(request: ExportRequest, make_target: Callable[[Source], Target]) -> ExportReport:
    """Write the files of a run. Raises UsageError if it can't, or there is nothing to write.

    `make_target` makes the target for rows of the run's format.
    """
    _check_out(request)
    with ExitStack() as files:
        people = _people_of(request)
        opened = open_source(
            request.run,
            partial=request.partial,
            data=request.data,
            trace_layout=request.trace_layout,
            decisions=None if people is None else decisions_of(read_verdicts(request.run)),
        )
        source = files.enter_context(opened)
        target, hygiene = make_target(source), Hygiene(request.policy, source.judge_delimiters)
        folder = files.enter_context(_new_folder(request, _stamp(request, source, people)))
        with Spool(folder, target.optional) as spool:
            unfit, notes = _fill(spool, source, target, hygiene)
            if spool.rows == 0:
                raise _nothing(request, target, hygiene, unfit, notes)
            remarks = target.write(spool, folder)
        return ExportReport(
            source.counts, hygiene, target.unit, spool.rows, unfit, notes, remarks, people
        )


def _check_out(request: ExportRequest) -> None:
    """Raise UsageError if the export can't be written, or would replace one of another kind."""
    if isinstance(request.out, StorePath):
        stamp = check_uploadable(request.out)
    else:
        stamp = check_replaceable(request.out.resolve())
    there = None if stamp is None else stamp.get("export")
    if there not in (None, request.to) and not request.force:
        hint = "give another --out, or --force to replace it"
        raise UsageError(f"{request.out}: holds an export of another kind, --to {there}; {hint}")


def _new_folder(request: ExportRequest, stamp: dict[str, Any]) -> AbstractContextManager[Path]:
    """A folder that becomes `request.out` once it is filled; for a store one beside the run."""
    if isinstance(request.out, StorePath):
        return uploaded(request.out, request.run, stamp)
    return new_folder(request.out, stamp)


def _fill(
    spool: Spool, source: Source, target: Target, hygiene: Hygiene
) -> tuple[Unfits, Counter[str]]:
    """Put a run's rows into the spool; return the rows that don't fit, and the notes."""
    unfit, notes = Unfits(), Counter[str]()
    for item in source.items():
        if item.record is not None and item.record.is_bad:
            unfit.add("a bad row, see failures.jsonl", item.id)
            continue
        for part in target.parts(item, notes):
            treated = hygiene.treat(part)
            if treated is not None:
                try:
                    spool.add(target.row(treated, notes))
                except Unfit as reason:
                    unfit.add(str(reason), part.id)
    return unfit, notes


def _people_of(request: ExportRequest) -> ReviewReport | None:
    """People's verdicts on the run, if they are to be used. Raises UsageError if there are none."""
    if not request.human:
        return None
    found = results_of(request.run)
    if found is None:
        hint = f"coevol review {request.run} asks people"
        raise UsageError(f"{request.run}: nobody has reviewed a round of it; {hint}")
    return found


def _stamp(request: ExportRequest, source: Source, people: ReviewReport | None) -> dict[str, Any]:
    """What export.yaml says about how the export was made."""
    return {
        "export": request.to,
        "run": request.run.resolve().name,
        "coevol": source.run_file.coevol,
        **request.options,
        "drop": sorted(request.policy.drop),
        "revert": sorted(request.policy.revert),
        "partial": request.partial,
        **({} if people is None else {"people": people.stamp}),
    }


def _nothing(
    request: ExportRequest, target: Target, hygiene: Hygiene, unfit: Unfits, notes: Counter[str]
) -> UsageError:
    reasons = [*unfit.counts.items(), *(+notes).items()]
    if hygiene.dropped:
        reasons.append(("dropped for a flaw", hygiene.dropped))
    listed = ", ".join(f"{reason}: {count:,}" for reason, count in reasons)
    why = f" ({listed})" if listed else ""
    return UsageError(f"{request.run}: no {target.unit} to export to {request.to}{why}")
