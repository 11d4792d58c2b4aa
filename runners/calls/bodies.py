"""Bodies of HTTP answers, read up to a limit, so that none fills the memory."""

import aiohttp

LONGEST = 64 * 2**20
"""Bytes; many times what an answer with logprobs has."""


async def read_body(response: aiohttp.ClientResponse) -> bytes:
    """The whole body, decompressed. Raises aiohttp's ClientError if it is longer than LONGEST."""
    parts: list[bytes] = []
    left = LONGEST
    async for part in response.content.iter_any():
        left -= len(part)
        if left < 0:
            response.close()
            raise aiohttp.ClientPayloadError(f"the answer has more than {LONGEST >> 20} MB")
        parts.append(part)
    return b"".join(parts)
