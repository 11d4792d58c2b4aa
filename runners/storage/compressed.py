"""Blobs in a run's database: one Zstandard frame each."""

import threading

import zstandard

_LEVEL = 1
"""Compresses answers and records as well as the default, 3, in two thirds of the time."""


class _Tools(threading.local):
    """Kept per thread: creating a compressor takes longer than compressing an answer."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_tools = _Tools()


def compress(data: bytes) -> bytes:
    """Compress a blob into a frame."""
    return _tools.compressor.compress(data)


def decompress(frame: bytes) -> bytes:
    """Decompress a frame. Raises zstandard.ZstdError if it is damaged."""
    return _tools.decompressor.decompress(frame)
