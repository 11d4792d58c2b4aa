"""Sections: the content of the page in order, with figures and tables."""

from collections.abc import Sequence

from runners.report import tables
from runners.report.calibration_section import calibration_section
from runners.report.calibration_tables import Calibration
from runners.report.comparison_section import comparison_section
from runners.report.comparisons import Comparisons
from runners.report.facts import headline, judge_facts, percent
from runners.report.figures.canvas import numbered
from runners.report.figures.chances import TITLE, draw_chances
from runners.report.figures.directions import draw_directions
from runners.report.figures.judging import draw_acceptance, draw_verdicts
from runners.report.figures.lengths import draw_lengths, draw_ratios
from runners.report.figures.rounds import draw_rounds
from runners.report.guards import guards_section
from runners.report.judging import MEAN
from runners.report.panel_tables import panel_tables
from runners.report.people import people_section
from runners.report.responses import LengthUnit
from runners.report.section import FigurePanel, Notice, Section
from runners.report.source import RunReading


def sections_of(
    readings: Sequence[RunReading],
    unit: LengthUnit,
    no_parser: str | None,
    comparisons: Comparisons,
    calibrations: Sequence[Calibration],
) -> list[Section]:
    """Draw everything. `no_parser` says how to install the missing parser of suggestions."""
    return [
        _overview(readings),
        _evolution(readings, unit),
        _directions(readings, no_parser),
        *guards_section(readings),
        _judge(readings),
        *people_section(readings),
        *calibration_section(calibrations),
        *comparison_section(comparisons),
    ]


def _overview(readings: Sequence[RunReading]) -> Section:
    return Section(
        "overview",
        "Overview",
        "Overview",
        facts=[headline(each) for each in readings],
        tables=[
            tables.headline_table(readings),
            tables.failures_table(readings),
            tables.flaws_table(readings),
        ],
    )


def _evolution(readings: Sequence[RunReading], unit: LengthUnit) -> Section:
    rounds = FigurePanel(
        "Rows by number of rounds of evolution",
        [draw_rounds(readings)],
        "Rows that were evolved by the rounds whose edit won, in a conversation those of all its "
        "turns. At 0 the original stayed (Figure 2a).",
        tables.rounds_table(readings),
    )
    lengths = FigurePanel(
        "Mean length of responses",
        [draw_lengths(readings, unit.name)],
        "Over all responses that went through, changed or not; of a conversation each turn is one "
        f"(Figure 2b). {unit.explanation}",
        tables.lengths_table(readings, unit.name),
    )
    ratios = FigurePanel(
        "How much longer changed responses became",
        [draw_ratios(readings)],
        "Length after evolution over length before, of the responses that an edit replaced. "
        + " ".join(_ratios_in_words(each, len(readings) > 1) for each in readings),
        tables.ratios_table(readings),
    )
    return Section(
        "evolution", "Evolution", "How far rows evolved", panels=[rounds, lengths, ratios]
    )


def _ratios_in_words(reading: RunReading, several: bool) -> str:
    lengths = reading.statistics.lengths
    told = ""
    if lengths.spread is not None:
        low, median, high = lengths.spread
        told = f"median {median:.2f}, half of them between {low:.2f} and {high:.2f}; "
    empty = lengths.empty_before
    also = f", {empty:,} of which were empty before and have no ratio" if empty else ""
    text = f"{told}{lengths.changed:,} of {lengths.responses:,} responses changed{also}."
    return f"{reading.name}: {text}" if several else text[0].upper() + text[1:]


def _directions(readings: Sequence[RunReading], no_parser: str | None) -> Section:
    title, nav = "What the advisor asked for", "Directions"
    if no_parser is not None:
        words = (
            "Root verbs and objects of the suggestions (Figure 3) are parsed with spaCy and a "
            "model of it, which are not installed here. To see them, make this report again after"
        )
        return Section("directions", nav, title, notices=[Notice(words, no_parser)])
    name = "Root verbs and their direct objects"
    found = [each for each in readings if each.directions is not None]
    figures = [
        draw_directions(each.directions, numbered("directions", n, readings), name)
        for n, each in enumerate(found, start=1)
        if each.directions is not None
    ]
    caption = (
        "Inner ring: the 20 root verbs with the most objects. Outer ring: up to four most frequent "
        "direct objects of each (Figure 3). Each sentence of a suggestion counts. "
    )
    told = " ".join(_directions_in_words(each, len(readings) > 1) for each in readings)
    panel = FigurePanel(name, figures, caption + told, tables.directions_table(readings))
    return Section("directions", nav, title, panels=[panel])


def _directions_in_words(reading: RunReading, several: bool) -> str:
    found = reading.directions
    if found is None:
        return ""
    text = f"{found.suggestions:,} suggestions, {len(found.verbs):,} root verbs, "
    text += f"{len(found.pairs):,} verb-object pairs in all."
    return f"{reading.name}: {text}" if several else text


def _judge(readings: Sequence[RunReading]) -> Section:
    title = "Verdicts in both orders"
    verdicts = FigurePanel(
        title,
        [
            draw_verdicts(each.statistics.tally.verdicts, numbered("verdicts", n, readings), title)
            for n, each in enumerate(readings, start=1)
        ],
        "Rounds by the verdict with the original response shown first (down) and with the edited "
        "one first (across). Blue pairs let the edit advance: it won once and never lost. Where "
        "one order says original and the other edited, the same place won twice: a flip.",
        tables.verdicts_table(readings),
    )
    acceptance = FigurePanel(
        "Is longer simply winning?",
        [draw_acceptance(readings)],
        "Judged edits by their length over that of the response they would replace, and the share "
        "that won, with 95% Wilson intervals. A judge that looks at content alone makes a flat "
        f"line. {' '.join(_accepted_in_words(each, len(readings) > 1) for each in readings)}",
        tables.acceptance_table(readings),
    )
    return Section(
        "judge",
        "Judge",
        "How the judge decided",
        facts=[judge_facts(each) for each in readings],
        panels=[verdicts, *_chances(readings), acceptance],
        tables=[tables.judge_table(readings), *panel_tables(readings)],
    )


def _chances(readings: Sequence[RunReading]) -> list[FigurePanel]:
    """The probabilities of runs in judge mode `probability`."""
    found = [each for each in readings if sum(each.statistics.chances.counts[MEAN])]
    if not found:
        return []
    bounds = sum(each.statistics.chances.bounds for each in found)
    also = f" Of {bounds:,} judgements the endpoint told only the winner's." if bounds else ""
    caption = (
        "Edits by the probability with which the judge named them rather than the response they "
        "would replace. Right of the middle they win, if the margin lets them; near it the judge "
        f"hardly knew.{also}"
    )
    table = tables.chances_table(found)
    return [FigurePanel(TITLE, [draw_chances(found)], caption, table)]


def _accepted_in_words(reading: RunReading, several: bool) -> str:
    acceptance = reading.statistics.acceptance
    judged, won = sum(acceptance.judged), sum(acceptance.accepted)
    text = f"In all {won:,} of {judged:,} edits won ({percent(won / judged if judged else None)})."
    return f"{reading.name}: {text[0].lower()}{text[1:]}" if several else text
