"""coevol data: what is in a dataset?"""

from typing import Annotated

import typer

from runners.cli import options as o
from runners.cli.errors import errors_on_one_line
from runners.cli.takes import required, resolved, takes
from runners.options.data import Encoded, Layout

ContextWindow = Annotated[
    int, typer.Option("--context", min=1, help="Size of the models' context, in tokens.")
]


@takes("data", Layout, Encoded, "window", "limit", "offset")
def data(arguments: typer.Context, context: ContextWindow = 8192, as_json: o.Json = False) -> None:
    """Look at a dataset: format, lengths, duplicates, bad rows, languages. Nothing is sent."""
    with errors_on_one_line():
        import json

        from runners.data.dataset import Dataset
        from runners.data.hub import pinned
        from runners.data.stores import location_of
        from runners.look.counting import look_at
        from runners.look.table import print_look
        from runners.options.arguments import (
            read_context,
            read_encoding,
            read_format,
            read_selection,
        )

        params = resolved(arguments)
        source = pinned(location_of(required(params, "data")))
        found = Dataset(
            source,
            read_selection(params),
            read_format(params),
            bad_rows="keep",
            encoding=read_encoding(params),
        )
        look = look_at(found, read_context({**params, "model": "rehearsal"}), context)
        if as_json:
            print(json.dumps({"data": found.name, "context": context, **look.as_dict()}))
        else:
            print_look(look, found.name, context)
