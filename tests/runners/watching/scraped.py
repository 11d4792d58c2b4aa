"""What a command serves with --metrics, scraped once it has ended."""

import shlex
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.runners.commands import PATIENCE, ended, started
from tests.support.ports import free_port

Figures = dict[str, dict[tuple[str, ...], float]]
"""Values by name, and by labels in the order of their names."""

_FETCH = """
import sys, urllib.request
open(sys.argv[2], "wb").write(urllib.request.urlopen(sys.argv[1]).read())
"""


def last_figures(
    folder: Path, *arguments: object, patience: float = PATIENCE
) -> tuple[int, Figures]:
    """A command's exit code, and what it served at its end, when --notify's command asked."""
    port, scraped = free_port(), folder / "scraped.txt"
    url = f"http://127.0.0.1:{port}/metrics"
    fetch = shlex.join([sys.executable, "-c", _FETCH, url, str(scraped)])
    with started(*arguments, "--metrics", port, "--notify", fetch) as process:
        result = ended(process, patience)
    assert f"metrics: {url}" in result.err
    return result.code, figures_in(scraped.read_text())


def figures_in(text: str) -> Figures:
    """What a scrape says."""
    found: Figures = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found
