"""Tables of options for the documentation, made from their declarations.

python -m runners.options.table docs/options.md   # writes the tables between the page's marks
"""

import re
import sys
from pathlib import Path

from annotated_types import Ge, Gt

from runners.options.declared import Declared, bounds_of, by_subject

_PLACE = re.compile(r"(<!-- options -->\n).*?(<!-- end of options -->)", re.DOTALL)


def tables() -> str:
    """All options in Markdown, a table for each subject."""
    return "\n".join(f"## {panel}\n\n{_table(options)}" for panel, options in by_subject())


def _table(options: list[Declared]) -> str:
    lines = [
        "| command line | Python, recipe | default | bounds | what |",
        "| --- | --- | --- | --- | --- |",
    ]
    for each in options:
        default = "" if each.option.default is None else f"`{each.option.default}`"
        what = each.option.help.replace("|", "\\|")
        names = f"`{each.flag}` | `{each.name}`"
        lines.append(f"| {names} | {default} | {_bounds(each)} | {what} |")
    return "\n".join(lines) + "\n"


def _bounds(declared: Declared) -> str:
    found: list[str] = []
    for each in bounds_of(declared.type):
        if isinstance(each, Ge):
            found.append(f"at least {each.ge}")
        elif isinstance(each, Gt):
            found.append(f"more than {each.gt}")
        else:
            found.append(f"at most {each.le}")
    return ", ".join(found)


def with_tables(page: str) -> str:
    """A page with the tables in their place."""
    return _PLACE.sub(lambda place: f"{place[1]}\n{tables()}\n{place[2]}", page)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_tables(path.read_text("utf-8")), "utf-8")
