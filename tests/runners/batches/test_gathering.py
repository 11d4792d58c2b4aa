"""When calls that wait become a batch, and how many of them."""

import asyncio

import pytest

from runners.batches.gathering import Asked, Gathering
from runners.batches.options import BatchOptions
from runners.batches.protocol import BatchLine
from runners.storage.batch_table import Line

NEVER = 1000.0


def asked(number: int, tokens: int = 10, size: int = 100) -> Asked:
    key = bytes([number])
    return Asked(key, Line("editor"), BatchLine(key.hex(), {}), tokens, size)


def gathering(options: BatchOptions, *calls: Asked, most_bytes: int = 10_000) -> Gathering:
    made = Gathering(options, 50_000, most_bytes)
    for call in calls:
        made.add(call)
    return made


async def keys(made: Gathering) -> list[int]:
    return [each.key[0] for each in await made.group()]


async def nothing_is_due(made: Gathering) -> bool:
    task = asyncio.create_task(made.group())
    for _ in range(5):
        await asyncio.sleep(0)
    is_waiting = not task.done()
    task.cancel()
    return is_waiting


async def test_enough_calls_make_a_batch_and_the_others_wait() -> None:
    made = gathering(BatchOptions(size=2, delay=NEVER), asked(1), asked(2), asked(3))
    assert await keys(made) == [1, 2]
    assert len(made) == 1
    assert await nothing_is_due(made)


async def test_fewer_make_one_when_no_more_come_in() -> None:
    assert await keys(gathering(BatchOptions(size=9, delay=0), asked(1), asked(2))) == [1, 2]


async def test_a_batch_has_no_more_bytes_than_its_provider_takes() -> None:
    calls = [asked(1, size=60), asked(2, size=60), asked(3, size=30)]
    made = gathering(BatchOptions(delay=0), *calls, most_bytes=100)
    assert [await keys(made), await keys(made)] == [[1], [2, 3]]


async def test_tokens_that_are_out_keep_to_the_quota() -> None:
    made = gathering(BatchOptions(delay=0, tokens=25), *map(asked, (1, 2, 3)))
    assert await keys(made) == [1, 2]
    assert await nothing_is_due(made)
    made.release(20)
    assert await keys(made) == [3]


async def test_a_call_above_the_quota_goes_alone() -> None:
    made = gathering(BatchOptions(delay=0, tokens=5), asked(1), asked(2))
    assert await keys(made) == [1]
    assert await nothing_is_due(made)
    made.release(10)
    assert await keys(made) == [2]


@pytest.mark.parametrize("others", [0, 30])
async def test_a_quota_that_was_found_out_is_tried_again_higher_in_time(others: int) -> None:
    made = gathering(BatchOptions(delay=0), *map(asked, range(1, 7)))
    made.occupy(others)
    assert len(await made.group()) == 6
    made.release(60)
    assert made.lower_quota(60) is (others > 0)
    for number in range(1, 7):
        made.add(asked(number))
    if others:
        assert await nothing_is_due(made)
        made.release(others, had_room=True)
    first = await keys(made)
    assert first == ([1, 2, 3, 4] if others else [1, 2, 3])
    made.release(10 * len(first), had_room=True)
    assert len(await keys(made)) == 6 - len(first)
