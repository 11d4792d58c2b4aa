"""Repeated: how many texts of many were there before, at eight bytes a text."""

from array import array

import numpy


class Repeated:
    """Counts texts that are equal to an earlier one.

    Of each text 64 bits of a hash are kept, so two of a million that differ are taken for equal
    with a probability of 3 in 10^8 (n^2 / 2^65), which grows with the square of their number.
    """

    def __init__(self) -> None:
        self._hashes = array("q")

    def add(self, text: str) -> None:
        """Take a text in."""
        self._hashes.append(hash(text))

    def count(self) -> int:
        """How many texts there are beyond the different ones."""
        hashes = numpy.frombuffer(self._hashes, dtype=numpy.int64)
        hashes.sort()  # in its place: `numpy.unique` takes 57 MB more for a million
        return int(numpy.count_nonzero(hashes[1:] == hashes[:-1]))
