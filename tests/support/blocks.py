"""Code blocks of Markdown pages, extracted to be run and type-checked as a reader would.

blocks("docs/python.md", "python")  # [Block(page="docs/python.md", line=12, code="...")]
"""

import re
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_IN_A_LOOP = """\
import asyncio


async def main() -> None:
{body}

asyncio.run(main())
"""


class Block(NamedTuple):
    """The code between two fences."""

    page: str
    line: int
    """Where it stands in the page, from 1."""
    code: str

    @property
    def name(self) -> str:
        """A name that can be a file's."""
        return f"{Path(self.page).stem.lower()}_{self.line}"

    @property
    def script(self) -> str:
        """The block as a script: one for a notebook, which awaits, in a coroutine function."""
        try:
            compile(self.code, self.page, "exec")
        except SyntaxError:
            lines = self.code.splitlines(keepends=True)
            return _IN_A_LOOP.format(body="".join(f"    {line}".rstrip(" ") for line in lines))
        return self.code


def blocks(page: str, language: str) -> list[Block]:
    """All blocks of a page in one language, in order."""
    text = (_ROOT / page).read_text("utf-8")
    return [
        Block(page, text.count("\n", 0, found.start(2)) + 1, found[2])
        for found in _FENCE.finditer(text)
        if found[1] == language
    ]
