"""JSON objects one after another that are not one per line: pretty-printed, or run together."""

from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Any, BinaryIO

from runners.data.numbers import DECODER
from runners.errors import UsageError

NOTE = "JSON objects one after another, not a row a line: read all the same"
_BLOCK = 1 << 16


def is_run_on(start: bytes) -> bool:
    """Whether a file opens with an object that spans more than its first line."""
    text = start.decode("utf-8-sig", "replace").lstrip()
    if not text.startswith("{"):
        return False
    try:
        _, end = DECODER.raw_decode(text)
    except (ValueError, RecursionError):  # invalid, or longer than the part that was read
        return False
    return "\n" in text[:end] or text[end:].partition("\n")[0].lstrip().startswith("{")


def read_run_on(start: bytes, file: BinaryIO, where: str) -> Iterator[Any]:
    """Yield the values of a file whose start has been read.

    Raises UsageError with the number of the first one that can't be parsed: where the next one
    begins is then unknown.
    """
    decoder, text, number, is_over = getincrementaldecoder("utf-8-sig")(), "", 0, False
    block = start
    while not is_over:
        is_over = not block
        try:
            text = (text + decoder.decode(block, final=is_over)).lstrip()
        except UnicodeDecodeError:
            raise UsageError(f"{where}, row {number + 1}: not UTF-8; see --encoding") from None
        while text:
            try:
                value, end = DECODER.raw_decode(text)
            except (ValueError, RecursionError) as error:
                if is_over:
                    raise UsageError(f"{where}, row {number + 1}: not JSON: {error}") from None
                break
            number += 1
            yield value
            text = text[end:].lstrip()
        # Doubled each time, so that a long value is not parsed again too often.
        block = file.read(max(_BLOCK, len(text)))
