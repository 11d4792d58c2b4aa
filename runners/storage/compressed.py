"""Blobs as a run's database keeps them: one Zstandard frame each."""

import threading

import zstandard

_LEVEL = 1
"""Answers and records come out as small as with the default, 3, for two thirds of the time."""


class _Tools(threading.local):
    """What a thread keeps: making a compressor anew takes longer than compressing an answer."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_tools = _Tools()


def compress(data: bytes) -> bytes:
    """Put a blob into a frame."""
    return _tools.compressor.compress(data)


def decompress(frame: bytes) -> bytes:
    """Take the blob out again. Raises zstandard.ZstdError if the frame is damaged."""
    return _tools.decompressor.decompress(frame)
