"""A page about a single calibration, in the style of the report on runs."""

from pathlib import Path

from runners.calibration.report import CalibrationReport
from runners.comparison.files import beside_stem
from runners.extras import has_report_extra
from runners.run.progress import Progress
from runners.storage.atomic import write_atomically


def tell_calibration_page(report: CalibrationReport, stem: Path, progress: Progress) -> None:
    """Write the page and say where it is, or what it needs. Raises StorageError."""
    if not has_report_extra():
        progress.say("a page of it needs: pip install 'coevol[report]'")
        return
    progress.say(f"page: {write_calibration_page(report, stem)}")


def write_calibration_page(report: CalibrationReport, stem: Path) -> Path:
    """Write STEM.html and return it, with figures/ and tables/ beside it. Raises StorageError."""
    from runners.report.build import write_parts
    from runners.report.calibration_section import calibration_section
    from runners.report.calibration_tables import Calibration
    from runners.report.page import page_of

    sections = calibration_section([Calibration(report.judge, report)])
    page = page_of("calibration.html.j2", ("theme.js",), sections=sections, report=report)
    path = beside_stem(stem, ".html")
    write_parts(stem.parent, sections)
    write_atomically(path, b"".join(page))
    return path
