"""Compressed files: gzip and Zstandard, decompressed as they are read."""

import gzip
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

import zstandard
from typing_extensions import Buffer  # in collections.abc only from Python 3.12

from runners.data.hashed import InEncoding, Readable
from runners.data.recoded import RecodedFile

PACKINGS = (".gz", ".zst")
_BLOCK = 1 << 16


def open_packed(path: Readable) -> BinaryIO:
    """Open a file, decompressing it if its name says that it is compressed.

    Reading a compressed file that is damaged or truncated raises EOFError, OSError, zlib.error or
    zstandard.ZstdError: missing data must not look like the end.
    """
    if isinstance(path, InEncoding):
        packed = open_packed(path.path)
        return BufferedReader(RecodedFile(packed, path.encoding, str(path)))
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path if isinstance(path, Path) else path.open(), "rb"))
    if path.suffix == ".zst":
        return BufferedReader(_Zstandard(path.open("rb")))
    return path.open("rb")


class _Zstandard(RawIOBase):
    """All frames of a file. The package's own reader takes a truncated file for complete."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame: zstandard.ZstdDecompressionObj | None = None
        """None between two frames."""
        self._packed, self._unpacked = b"", b""

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill a buffer; 0 after the last frame. Raises EOFError within a frame."""
        while not self._unpacked:
            self._packed = self._packed or self._file.read(_BLOCK)
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("the file ends in the middle of a frame")
                return 0
            self._unpack()
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._unpacked))
        target[:count] = self._unpacked[:count]
        self._unpacked = self._unpacked[count:]
        return count

    def _unpack(self) -> None:
        frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
        self._unpacked = frame.decompress(self._packed)
        self._frame, self._packed = (None, frame.unused_data) if frame.eof else (frame, b"")

    def close(self) -> None:
        """Close the file, too."""
        self._file.close()
        super().close()
