"""Which rows are traced: the same ones at each start; a larger share contains a smaller one."""

from hashlib import blake2b


def is_chosen(id: str, rate: float) -> bool:
    """Whether a row is in the sample; `rate` is the share of all rows, from 0 to 1."""
    share = int.from_bytes(blake2b(id.encode(), digest_size=6).digest()) / (1 << 48)
    return share < rate
