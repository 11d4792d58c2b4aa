"""Reading a run's database: it is left as it was, and what is read is what was committed."""

import re
import shutil
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from runners.errors import StorageError
from runners.storage.database import Database
from runners.storage.reader import DatabaseReader, reading
from tests.support.files import state_of, unwritable

SCHEMA = "CREATE TABLE IF NOT EXISTS things (name TEXT PRIMARY KEY);"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database at rest, with one thing in it, in a folder of its own."""
    path = tmp_path / "run" / "run.db"
    path.parent.mkdir()
    with closing(Database(path, SCHEMA)) as database:
        put(database, "first")
    return path


@pytest.fixture
def killed(path: Path, tmp_path: Path) -> Path:
    """What a writer leaves that had no time to close its file."""
    with closing(Database(path, SCHEMA)) as database:
        put(database, "last")
        return shutil.copytree(path.parent, tmp_path / "killed") / path.name


def put(database: Database, name: str) -> None:
    row = (name,)
    database.write_now(lambda connection: connection.execute("INSERT INTO things VALUES (?)", row))


def names(reader: DatabaseReader) -> set[str]:
    return {name for (name,) in reader.read("SELECT name FROM things")}


def test_a_file_at_rest_is_left_as_it_was(path: Path) -> None:
    before = state_of(path.parent)
    with reading(path) as reader:
        assert names(reader) == {"first"}
    assert state_of(path.parent) == before


def test_a_file_in_a_folder_that_can_not_be_written(path: Path) -> None:
    with unwritable(path.parent), reading(path) as reader:
        assert names(reader) == {"first"}


def test_a_killed_writers_file_in_a_folder_that_can_not_be_written(killed: Path) -> None:
    with unwritable(killed.parent), reading(killed) as reader:
        assert names(reader) == {"first", "last"}
    killed.with_name("run.db-shm").unlink()  # as where only some of the files were copied
    with unwritable(killed.parent):
        check_refused(killed, "are both there?")


def test_nothing_can_be_written_through_it(path: Path) -> None:
    with reading(path) as reader, pytest.raises(StorageError, match="readonly"):
        list(reader.read("INSERT INTO things VALUES ('more')"))


def test_what_a_killed_writer_committed_is_read_and_stays_in_its_log(killed: Path) -> None:
    log = killed.with_name("run.db-wal")
    before = killed.read_bytes(), log.read_bytes()
    with reading(killed) as reader:
        assert names(reader) == {"first", "last"}
    assert (killed.read_bytes(), log.read_bytes()) == before


def test_a_writer_goes_on_while_somebody_reads(path: Path) -> None:
    with closing(Database(path, SCHEMA)) as database:
        put(database, "second")
        with reading(path) as reader:
            assert names(reader) == {"first", "second"}
            put(database, "third")
            assert names(reader) == {"first", "second", "third"}
            with reader.snapshot():
                assert len(names(reader)) == 3
                put(database, "fourth")
                assert len(names(reader)) == 3
    assert [each.name for each in path.parent.iterdir()] == ["run.db"]
    with reading(path) as reader:
        assert len(names(reader)) == 4


def read_while_a_writer_comes(path: Path, *, ends: bool) -> None:
    with ExitStack() as writing, reading(path) as reader:
        assert names(reader) == {"first"}
        put(writing.enter_context(closing(Database(path, SCHEMA))), "second")
        if ends:
            writing.close()


@pytest.mark.parametrize("ends", [True, False])
def test_a_writer_that_comes_while_a_file_at_rest_is_read_is_told(path: Path, ends: bool) -> None:
    with pytest.raises(StorageError) as told:
        read_while_a_writer_comes(path, ends=ends)
    assert str(told.value).startswith(f"{path}: the run went on")
    assert "give the same command again" in str(told.value)


def test_what_can_not_be_read_is_said_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database, but a text that is long enough\n" * 99)
    check_refused(tmp_path / "text.db", "not a database")
    check_refused(tmp_path / "none.db", "No such file")
    assert [each.name for each in tmp_path.iterdir()] == ["text.db"]


def check_refused(path: Path, words: str) -> None:
    with pytest.raises(StorageError, match=rf"{path}: can't be read: .*{re.escape(words)}"):
        reading(path).__enter__()
