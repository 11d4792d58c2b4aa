"""The run folder: the frozen settings of a run, its lock, and the names of its files."""

from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import yaml
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph.frameworks import Framework
from nodes.conversation import ConversationContext
from nodes.trace_choice import Traces
from runners.data.bad_rows import BadRows
from runners.data.choice import Choice
from runners.data.dataset import Selection
from runners.data.stores import Location, check_local
from runners.errors import UsageError
from runners.folder.alike import with_addresses_of
from runners.folder.limits import AnswerLimits, is_raise
from runners.storage.atomic import write_atomically
from runners.storage.lock import is_held, take


class RunSettings(BaseModel):
    """The settings that determine the results. They never change within a run."""

    model_config = ConfigDict(extra="forbid")

    framework: Framework = "coevol"
    graph: str | None = None
    """Name of the user's own graph, given from Python only; None for the framework's."""
    context: ConversationContext
    guard: list[str] = []
    """Names of user-defined guards."""
    format: str
    """Name of the rows' format, or `map:` and the fields."""
    prompt_pack_sha256: str
    traces: Traces = "keep"
    choice: Choice = Choice()


class RunData(BaseModel):
    """The dataset that the run was last given."""

    model_config = ConfigDict(extra="forbid")

    path: str
    """An absolute path, or a URL."""
    sha256: str | None
    """Hash of the files' contents; None for a dataset in a store or on the Hugging Face Hub."""
    version: str | None = None
    """Hash of what a store reports about the files (sizes and ETags); None for others."""
    rows: int | None
    """Number of selected rows; None until all are counted, which for a large dataset happens
    during the run."""
    selection: Selection = Selection()
    bad_rows: BadRows = "stop"
    """What to do about bad rows. Not one of the settings, because other rows don't depend on it."""
    encoding: str | None = None
    """Encoding of text files; None for UTF-8."""

    @property
    def fingerprint(self) -> str:
        """A text that is the same for the same data."""
        return self.sha256 or self.version or self.path


class RunFile(BaseModel):
    """The contents of run.yaml."""

    model_config = ConfigDict(extra="forbid")

    coevol: str
    """Version that created the run."""
    settings: RunSettings
    data: RunData
    headers: dict[str, str] = Field(default={}, exclude_if=lambda value: not value)
    """Headers of its calls, as last given: references to variables, never their values."""
    learned: dict[str, dict[str, str | None]] | None = Field(
        default=None, exclude_if=lambda value: value is None
    )
    """What endpoints were found to reject, by model and address; None if none was tried yet."""
    raised: list[AnswerLimits] = Field(default=[], exclude_if=lambda value: not value)
    """Earlier token limits that were raised, oldest first."""


def is_raised(settings: RunSettings, before: RunSettings) -> bool:
    """Whether the settings differ only in higher token limits."""
    was, is_now = (each.model_dump(exclude={"context"}) for each in (before, settings))
    return was == is_now and is_raise(before.context, settings.context)


_NOT_IN_A_STORE = (
    ", for its database and its lock; what comes out of it can then be written there: "
    "coevol export RUN --to ... --out {url}"
)


class RunFolder:
    """The folder of one run, used by one process at a time."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError for a URL: stores have neither locks nor files that grow."""
        check_local(path, _NOT_IN_A_STORE)
        self.path = path
        self.run_file = path / "run.yaml"
        self.database = path / "run.db"
        self.evolved = path / "evolved.jsonl"
        self.evolutions = path / "evolutions.jsonl"
        self.failures = path / "failures.jsonl"
        self.summary = path / "summary.json"
        self.log = path / "run.log"
        self.rows = path / "data.jsonl.zst"
        """Rows given from memory; does not exist if the data was a file."""
        self._lock = FileLock(path / ".lock")
        self._is_new = self._was_empty = self._is_discarded = False

    def check_apart(self, data: Location) -> None:
        """Raise UsageError for a dataset that is this folder, or a file that the run replaces."""
        replaced = (self.path, self.evolved, self.evolutions, self.failures, self.summary)
        if isinstance(data, Path) and data.resolve() in {each.resolve() for each in replaced}:
            raise UsageError(
                f"{data}: the run would write into its own dataset; give another --out"
            )

    def __enter__(self) -> "RunFolder":
        """Create the folder and lock it. A killed process leaves no lock behind.

        Raises UsageError if another process is using it, or it can't be created.
        """
        self._is_new = take(self._lock, f"{self.path}: another process is at work on this run")
        self._was_empty = not self.database.exists()
        return self

    def __exit__(self, *_: object) -> None:
        """Unlock the folder; remove a new one in which nothing was written.

        A folder without run.yaml is not a run, and its rows would be of no use.
        """
        lock = Path(self._lock.lock_file)
        if self._is_discarded:
            for each in (self.run_file, self.log, self.rows):
                each.unlink(missing_ok=True)
        if self._was_empty and not self.run_file.exists():
            self.database.unlink(missing_ok=True)
        with suppress(OSError):  # another process may have removed it, or put something in
            if self._is_new and list(self.path.iterdir()) == [lock]:
                lock.unlink()
                self.path.rmdir()
        self._lock.release()

    def discard(self) -> bool:
        """Remove a new folder's files on exit, because its run was refused at the start.

        Returns whether the folder is new; an existing one is kept.
        """
        self._is_discarded = self._is_new
        return self._is_new

    def is_locked(self) -> bool:
        """Whether a process is working on the run. Raises StorageError if that can't be checked."""
        return is_held(Path(self._lock.lock_file))

    def load(self) -> RunFile | None:
        """Read run.yaml; None if there is none. Raises UsageError if it is invalid."""
        try:
            text = self.run_file.read_text("utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UsageError(f"{self.run_file}: can't be read: {error.strerror}") from None
        try:
            return RunFile.model_validate(yaml.safe_load(text))
        except (ValidationError, yaml.YAMLError) as error:
            hint = "has it been edited, or written by another version of coevol?"
            reason = f"not a run's settings: {_first_problem(error)}; {hint}"
            raise UsageError(f"{self.run_file}: {reason}") from None

    def hold_against(self, settings: RunSettings, before: RunFile) -> None:
        """Raise UsageError naming each setting that differs from those that the run began with.

        Token limits may be raised, and a model may have further addresses.
        """
        begun = with_addresses_of(before.settings.context, settings.context)
        was = before.settings.model_copy(update={"context": begun})
        if is_raised(settings, was):
            return
        differences = _differences(was.model_dump(), settings.model_dump())
        if differences:
            listed = ", ".join(differences)
            hint = "give another --out for other settings"
            raise UsageError(f"{self.path}: this run was made with {listed}; {hint}")

    def freeze(
        self,
        settings: RunSettings,
        data: RunData,
        before: RunFile | None,
        headers: Mapping[str, str],
    ) -> RunFile:
        """Write run.yaml: the settings for good, the data as last given. Raises StorageError."""
        run_file = RunFile(
            coevol=version("coevol"), settings=settings, data=data, headers=dict(headers)
        )
        if before is not None:
            kept: dict[str, Any] = {"coevol": before.coevol}
            begun = with_addresses_of(before.settings.context, settings.context)
            was = before.settings.model_copy(update={"context": begun})
            raised = is_raised(settings, was)
            if raised or settings.model_dump() == was.model_dump():
                kept |= {"learned": before.learned, "raised": before.raised}
            if raised:
                kept["raised"] = [*before.raised, AnswerLimits.of(before.settings.context)]
            run_file = run_file.model_copy(update=kept)
        self.write(run_file)
        return run_file

    def write(self, run_file: RunFile) -> None:
        """Write run.yaml. Raises StorageError."""
        content = run_file.model_dump(mode="json")
        write_atomically(self.run_file, yaml.safe_dump(content, sort_keys=False).encode())


def _first_problem(error: ValidationError | yaml.YAMLError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'its contents'}: {first['msg']}"
    return " ".join(str(error).split())


def _differences(before: dict[str, Any], now: dict[str, Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for name in dict.fromkeys([*before, *now]):
        value, other = before.get(name), now.get(name)
        if isinstance(value, dict) and isinstance(other, dict):
            before_, now_ = cast("dict[str, Any]", value), cast("dict[str, Any]", other)
            found += _differences(before_, now_, f"{prefix}{name}.")
        elif value != other:
            found.append(f"{prefix}{name} = {value!r} (now {other!r})".removeprefix("context."))
    return found
