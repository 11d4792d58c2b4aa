"""Blobs as a run's database keeps them: one Zstandard frame each."""

import threading

import zstandard


class _Tools(threading.local):
    """What a thread keeps: making a compressor anew takes longer than compressing an answer."""

    def __init__(self) -> None:
        self.compressor, self.decompressor = (
            zstandard.ZstdCompressor(),
            zstandard.ZstdDecompressor(),
        )


_tools = _Tools()


def compress(data: bytes) -> bytes:
    """Put a blob into a frame."""
    return _tools.compressor.compress(data)


def decompress(frame: bytes) -> bytes:
    """Take the blob out again. Raises zstandard.ZstdError if the frame is damaged."""
    return _tools.decompressor.decompress(frame)
