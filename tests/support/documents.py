"""The Python code in a page, and the output that the page shows for it.

python -m tests.support.documents docs/studio.md URL   # run the code, put its output into the page
"""

import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

_FENCE = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
SERVER = "http://127.0.0.1:2024"
"""The server's address in the pages."""


def printed(markdown: str) -> list[str]:
    """The output that the page shows: its `text` blocks."""
    return [fence["text"] for fence in _FENCE.finditer(markdown) if fence["kind"] == "text"]


def run(markdown: str, url: str) -> list[str]:
    """What the pieces before each `text` fence print, one after another in one namespace."""
    names: dict[str, Any] = {}
    outputs: list[str] = []
    for fence in _FENCE.finditer(markdown.replace(SERVER, url)):
        if fence["kind"] == "python":
            with redirect_stdout(io.StringIO()) as said:
                exec(fence["text"], names)
            outputs.append(said.getvalue())
    if "client" in names:
        names["client"].http.client.close()
    return outputs


def with_outputs(markdown: str, outputs: list[str]) -> str:
    """The document with these texts in its `text` fences."""
    texts: Iterator[str] = iter(outputs)

    def filled(fence: re.Match[str]) -> str:
        return f"```text\n{next(texts)}```" if fence["kind"] == "text" else fence[0]

    return _FENCE.sub(filled, markdown)


if __name__ == "__main__":
    path, url = Path(sys.argv[1]), sys.argv[2]
    markdown = path.read_text(encoding="utf-8")
    path.write_text(with_outputs(markdown, run(markdown, url)), encoding="utf-8")
