"""Reads text files in another encoding as if they were in UTF-8 (`--encoding`)."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder, lookup
from io import RawIOBase
from typing import BinaryIO

from typing_extensions import Buffer  # in collections.abc only from Python 3.12

from runners.errors import UsageError

_BLOCK = 1 << 16


def check_encoding(name: str) -> str:
    """Return the name of an encoding that Python knows. Raises UsageError for any other."""
    try:
        "".encode(name)
        return lookup(name).name
    except LookupError:
        hint = "write one of Python's, such as cp1252, latin-1, utf-16 or gb18030"
        raise UsageError(f"--encoding {name}: unknown; {hint}") from None


def not_utf8(where: str, error: UnicodeDecodeError) -> UsageError:
    """The error for bytes that are not UTF-8; UTF-16 is recognized by its byte order mark."""
    is_utf16 = error.start == 0 and error.object.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    usual = "convert the file, or say what it is, such as --encoding cp1252"
    hint = "it begins as UTF-16 does: --encoding utf-16" if is_utf16 else usual
    return UsageError(f"{where}: not UTF-8 at byte {error.start}; {hint}")


class RecodedFile(RawIOBase):
    """The content of a text file, as UTF-8 bytes."""

    def __init__(self, file: BinaryIO, encoding: str, where: str) -> None:
        self._file, self._where, self._encoding = file, where, encoding
        self._decoder = getincrementaldecoder(encoding)()
        self._read, self._ready, self._is_over = 0, b"", False

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill a buffer; 0 at the end. Raises UsageError for bytes invalid in the encoding."""
        while not self._ready and not self._is_over:
            self._decode(self._file.read(_BLOCK))
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _decode(self, block: bytes) -> None:
        self._is_over = not block
        try:
            text = self._decoder.decode(block, final=self._is_over)
        except UnicodeDecodeError as error:
            at = f"{self._encoding} at byte {self._read + error.start}"
            raise UsageError(f"{self._where}: not {at}; is it another --encoding?") from None
        self._read += len(block)
        self._ready = text.encode()

    def close(self) -> None:
        """Close the file, too."""
        self._file.close()
        super().close()
