"""Repeated texts: how many of very many texts were there before, in eight bytes for each."""

from array import array

import numpy


class Repeated:
    """Counts texts that are equal to an earlier one.

    Only a 64-bit hash of each is kept. So among a million different texts, two are taken for equal
    with a probability of 3 in 10^8; it grows with the square of their number (n^2 / 2^65).
    """

    def __init__(self) -> None:
        self._hashes = array("q")

    def add(self, text: str) -> None:
        """Take in a text."""
        self._hashes.append(hash(text))

    def count(self) -> int:
        """The number of texts minus the number of different ones."""
        hashes = numpy.frombuffer(self._hashes, dtype=numpy.int64)
        hashes.sort()  # in place: `numpy.unique` would take 57 MB more for a million
        return int(numpy.count_nonzero(hashes[1:] == hashes[:-1]))
