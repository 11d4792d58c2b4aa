"""How judges begin their answers: what was found before the first pair is kept with the journal.

One that begins with an empty line is asked for its whole answer even with economy. A comparison or
calibration that goes on asks as it did, so that what is paid is found in its journal.
"""

from collections.abc import Iterable

from nodes.role_settings import Learned
from runners.storage.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS first_lines (model TEXT PRIMARY KEY, is_blank INTEGER NOT NULL);
"""
"""`model` is a `first_line_key`."""
_KEEP = "INSERT OR IGNORE INTO first_lines VALUES (?, ?)"


def as_first_found(
    learned: Learned, keys: Iterable[str], database: Database, *, is_new: bool
) -> Learned:
    """Return what was learned, with how the models of these keys begin as it was found at first.

    Where answers were paid before anything was kept (not `is_new`), judges were asked for their
    first lines, and still are. Raises StorageError.
    """
    found = [(key, is_new and key in learned) for key in keys]
    database.write_now(lambda connection: connection.executemany(_KEEP, found))
    kept: dict[str, int] = dict(database.read("SELECT model, is_blank FROM first_lines"))
    others = {key: each for key, each in learned.items() if key not in kept}
    return others | {key: {"stop": None} for key, is_blank in kept.items() if is_blank}
