"""How judges begin their answers: what was found before the first pair is kept with the journal.

One that begins with an empty line is asked for its whole answer even with economy, and one without
a stop text for a few tokens. A comparison or calibration that goes on asks as it did, so that what
is paid is found in its journal.
"""

import json
from collections.abc import Iterable

from nodes.role_settings import Learned
from runners.storage.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS first_line_dialects (model TEXT PRIMARY KEY, dialect TEXT NOT NULL);
"""
"""`model` is a `first_line_key`; the dialect is JSON, empty if a stop text does."""
_KEEP = "INSERT OR IGNORE INTO first_line_dialects VALUES (?, ?)"


def as_first_found(
    learned: Learned, keys: Iterable[str], database: Database, *, is_new: bool
) -> Learned:
    """Return what was learned, with how the models of these keys begin as it was found at first.

    Where answers were paid before anything was kept (not `is_new`), judges were asked for their
    first lines, and still are. Raises StorageError.
    """
    found = [(key, json.dumps(learned.get(key, {}) if is_new else {})) for key in keys]
    database.write_now(lambda connection: connection.executemany(_KEEP, found))
    rows: dict[str, str] = dict(database.read("SELECT model, dialect FROM first_line_dialects"))
    return {**learned, **{key: json.loads(dialect) for key, dialect in rows.items()}}
