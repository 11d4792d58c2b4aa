"""The rooms of the source and what they import, read from the files.

python -m tests.support.rooms                        # print drawing and table
python -m tests.support.rooms docs/architecture.md   # put them between the page's marks

A room is a folder of a layer with everything in it (`runners/calls`), or the files directly in a
layer (`nodes/*.py`). Imports inside functions count like those at the top. Those under
`if TYPE_CHECKING:` do not: they name types for the checker, and load nothing.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
LAYERS = ("prompts", "nodes", "graph", "runners")
"""From lower to higher."""
BEGIN = "<!-- rooms: python -m tests.support.rooms docs/architecture.md -->"
END = "<!-- /rooms -->"


class Import(NamedTuple):
    """A file of one room imports a module of another."""

    room: str
    file: str
    module: str
    target: str
    """The room that the module lies in."""


def imports(root: Path = ROOT) -> list[Import]:
    """Every import of one room's files from another room."""
    found: list[Import] = []
    for layer in LAYERS:
        for path in sorted((root / layer).rglob("*.py")):
            file = path.relative_to(root)
            room = _room(root, file.parts)
            modules = dict.fromkeys(_imported(root, path))
            targets = ((module, _room(root, module.split("."))) for module in modules)
            found += [Import(room, str(file), *each) for each in targets if each[1] != room]
    return found


def rooms(root: Path = ROOT) -> dict[str, set[str]]:
    """Each room, and the rooms that it imports from."""
    files = (path.relative_to(root) for layer in LAYERS for path in (root / layer).rglob("*.py"))
    found: dict[str, set[str]] = {_room(root, file.parts): set() for file in files}
    for each in imports(root):
        found[each.room].add(each.target)
    return found


def floors(house: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The rooms by floors: each room just above the highest that it imports from.

    Raises graphlib.CycleError, which names the rooms, if they go round in a circle.
    """
    sorter = TopologicalSorter(house)
    sorter.prepare()
    found: list[list[str]] = []
    while sorter.is_active():
        found.append(sorted(sorter.get_ready()))
        sorter.done(*found[-1])
    return found


def section(house: Mapping[str, set[str]]) -> str:
    """What the page has between its marks: the drawing, and a table of all imports."""
    by_floor = floors(house)
    lines = ["```mermaid", "graph TD", *_nodes(by_floor), *_arrows(house), "```", ""]
    lines += ["| floor | room | imports from |", "| --- | --- | --- |"]
    for number in range(len(by_floor), 0, -1):
        for room in by_floor[number - 1]:
            targets = ", ".join(f"`{each}`" for each in sorted(house[room])) or "nobody"
            lines.append(f"| {number} | `{room}` | {targets} |")
    return "\n".join(lines) + "\n"


def redrawn(page: str, house: Mapping[str, set[str]]) -> str:
    """The page with the present section. Raises ValueError if its marks are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page needs the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{section(house)}{END}{after}"


def _nodes(by_floor: list[list[str]]) -> Iterator[str]:
    for number in range(len(by_floor), 0, -1):
        yield f'    subgraph floor{number}["{number}"]'
        yield from (f'        {_id(room)}["{room}"]' for room in by_floor[number - 1])
        yield "    end"


def _arrows(house: Mapping[str, set[str]]) -> Iterator[str]:
    """The arrows that no longer way implies: all of them would hide the drawing."""
    for room in sorted(house):
        for target in sorted(house[room]):
            if not any(target in _below(house, other) for other in house[room]):
                yield f"    {_id(room)} --> {_id(target)}"


def _below(house: Mapping[str, set[str]], room: str) -> set[str]:
    return house[room].union(*(_below(house, each) for each in house[room]))


def _id(room: str) -> str:
    """A name that is no word of Mermaid's own, as `graph` is."""
    return "room_" + room.replace("/*.py", "").replace("/", "_")


def _room(root: Path, module: Sequence[str]) -> str:
    """The room of a module, or of what is imported from it, by the parts of its name."""
    layer, *rest = module
    inside = bool(rest) and (root / layer / rest[0]).is_dir()
    return f"{layer}/{rest[0]}" if inside else f"{layer}/*.py"


def _imported(root: Path, path: Path) -> Iterator[str]:
    """The project's modules that a file imports when it runs."""
    package = ".".join(path.relative_to(root).parent.parts)
    for node in _running(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            home = resolve_name("." * node.level + (node.module or ""), package)
            names = [f"{home}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in LAYERS)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """A tree without what only a type checker reads."""
    yield node
    checked = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    inner = node.orelse if checked and isinstance(node, ast.If) else ast.iter_child_nodes(node)
    for each in inner:
        yield from _running(each)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        page = Path(name)
        page.write_text(redrawn(page.read_text(encoding="utf-8"), rooms()), encoding="utf-8")
    if not sys.argv[1:]:
        sys.stdout.write(section(rooms()))
