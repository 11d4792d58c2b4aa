"""Options from the environment: COEVOL_MODEL, COEVOL_CONCURRENCY and so on, or a file `.env`."""

from collections.abc import Mapping
from pathlib import Path

from runners.errors import UsageError
from runners.options.declared import all_options
from runners.options.nearest import nearest
from runners.options.resolve import GivenValue

CONFIG = "COEVOL_CONFIG"
"""Names a recipe."""
NOTIFIED = ("COEVOL_RUN", "COEVOL_OUTCOME", "COEVOL_EXIT_CODE", "COEVOL_MESSAGE", "COEVOL_SUMMARY")
"""What --notify passes to its command: not options, so that the command may be coevol itself."""
_PREFIX = "COEVOL_"


def variables(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The variables for coevol in the environment, and in a `.env` file in the folder.

    Other variables in that file are ignored: other libraries only see the environment.
    """
    found = {name: text for name, text in environment.items() if name.startswith(_PREFIX)}
    if not (folder / ".env").is_file():
        return found
    from dotenv import dotenv_values

    own = {name: text for name, text in dotenv_values(folder / ".env").items() if text is not None}
    return {name: text for name, text in own.items() if name.startswith(_PREFIX)} | found


def read_environment(found: Mapping[str, str]) -> dict[str, GivenValue]:
    """Read options from coevol's variables; empty ones are ignored.

    Raises UsageError for a variable whose name is close to an option's.
    """
    names = {declared.variable: name for name, declared in all_options().items()}
    for variable in found:
        slip = None if variable in (*names, CONFIG, *NOTIFIED) else nearest(variable, names)
        if slip is not None:
            raise UsageError(f"{variable}: no such option in the environment; {slip} is one")
    return {
        name: GivenValue(found[variable], f"{variable} =", is_typed=True)
        for variable, name in names.items()
        if found.get(variable)
    }
