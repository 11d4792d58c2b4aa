"""Options of output: where a run leaves what comes of it, and how it shows itself."""

import os
from pathlib import Path
from typing import Annotated, TypedDict

from nodes.option import Option

_OUTPUT = "Output"

Out = Annotated[
    str | os.PathLike[str] | None,
    Option(None, "Run folder; an existing run goes on.", _OUTPUT, typed=Path | None),
]
Quiet = Annotated[bool, Option(False, "Say nothing.", _OUTPUT)]
Json = Annotated[bool, Option(False, "Tell progress as JSON lines.", _OUTPUT)]


class Folder(TypedDict, total=False):
    """Where a run leaves what comes of it."""

    out: Out


class Telling(TypedDict, total=False):
    """How a run shows itself."""

    quiet: Quiet
    json: Json
