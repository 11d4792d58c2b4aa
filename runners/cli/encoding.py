"""What a terminal or a locale can't encode: shown as escapes, refused where it is an argument."""

import sys
from collections.abc import Iterable
from io import TextIOWrapper

from runners.errors import UsageError


def show_all_texts() -> None:
    """Print characters that stdout can't encode as escapes, as Python does on stderr."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def check_arguments(arguments: Iterable[str]) -> None:
    """Raise UsageError for an argument that is bytes and no text: JSON and YAML can't hold it."""
    for each in arguments:
        if not _is_text(each):
            encoding = sys.getfilesystemencoding()
            hint = "rename it" if encoding == "utf-8" else "start again with PYTHONUTF8=1"
            raise UsageError(f"{ascii(each)[1:-1]}: no text in the encoding {encoding}; {hint}")


def _is_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True
