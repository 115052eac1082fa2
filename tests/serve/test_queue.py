from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from proofstone.core.errors import InputError
from proofstone.serve.errors import Overloaded
from proofstone.serve.queue import BatchQueue, Limits


class Doubler:
    """Doubles numbers, remembers the batches that it was given; refuses negative ones."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.threads: set[str] = set()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.threads.add(threading.current_thread().name)
        if any(item < 0 for item in items):
            raise InputError(f"{min(items)} is negative")
        return [2 * item for item in items]


def test_requests_that_come_together_share_a_call() -> None:
    work = Doubler()

    async def main() -> list[int]:
        queue: BatchQueue[int, int] = BatchQueue(work)
        return await asyncio.gather(*(queue.submit(item, 1) for item in range(5)))

    assert asyncio.run(main()) == [0, 2, 4, 6, 8]
    assert work.batches == [[0, 1, 2, 3, 4]]


@pytest.mark.parametrize("inline", [0, 64])
def test_a_call_takes_at_most_batch_rows(inline: int) -> None:
    work = Doubler()

    async def main() -> list[int]:
        queue: BatchQueue[int, int] = BatchQueue(work, Limits(batch=4, inline=inline))
        return await asyncio.gather(*(queue.submit(item, 2) for item in range(5)))

    assert asyncio.run(main()) == [0, 2, 4, 6, 8]
    assert work.batches == [[0, 1], [2, 3], [4]]
    assert all(("model" in name) is (inline == 0) for name in work.threads)


def test_a_request_above_the_batch_size_goes_alone() -> None:
    work = Doubler()

    async def main() -> list[int]:
        queue: BatchQueue[int, int] = BatchQueue(work, Limits(batch=4))
        return await asyncio.gather(
            *(queue.submit(item, 1 + 99 * (item == 1)) for item in range(3))
        )

    assert asyncio.run(main()) == [0, 2, 4]
    assert work.batches == [[0], [1], [2]]


def test_one_callers_fault_is_that_callers_only() -> None:
    async def main() -> list[int | BaseException]:
        queue: BatchQueue[int, int] = BatchQueue(Doubler())
        calls = (queue.submit(item, 1) for item in (1, -2, 3))
        return await asyncio.gather(*calls, return_exceptions=True)

    first, second, third = asyncio.run(main())
    assert (first, third) == (2, 6)
    assert isinstance(second, InputError)
    assert str(second) == "-2 is negative"


@pytest.mark.parametrize("inline", [0, 64])
def test_a_defect_reaches_every_caller(inline: int) -> None:
    def broken(items: Sequence[int]) -> list[int]:
        raise ZeroDivisionError

    async def main() -> list[int | BaseException]:
        queue: BatchQueue[int, int] = BatchQueue(broken, Limits(inline=inline))
        calls = (queue.submit(item, 1) for item in range(3))
        return await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 5)

    assert [type(one) for one in asyncio.run(main())] == [ZeroDivisionError] * 3


def test_a_full_queue_refuses_and_recovers() -> None:
    async def main() -> None:
        queue: BatchQueue[int, int] = BatchQueue(Doubler(), Limits(waiting=3, wait=0.01))
        waiting = [asyncio.ensure_future(queue.submit(item, 1)) for item in range(3)]
        await asyncio.sleep(0)
        assert queue.waiting == 3
        with pytest.raises(Overloaded, match="has 3 rows waiting"):
            await queue.submit(9, 1)
        assert await asyncio.gather(*waiting) == [0, 2, 4]
        assert queue.waiting == 0
        assert await queue.submit(9, 1) == 18

    asyncio.run(main())


def test_who_went_away_is_not_answered() -> None:
    work = Doubler()

    async def main() -> None:
        queue: BatchQueue[int, int] = BatchQueue(work, Limits(wait=0.01))
        gone = asyncio.ensure_future(queue.submit(1, 1))
        stays = asyncio.ensure_future(queue.submit(2, 1))
        await asyncio.sleep(0)
        gone.cancel()
        assert await stays == 4
        assert queue.waiting == 0

    asyncio.run(main())
    assert work.batches == [[2]]


def test_a_closed_queue_answers_nobody_and_leaves_nobody_waiting() -> None:
    async def main() -> None:
        queue: BatchQueue[int, int] = BatchQueue(Doubler(), Limits(wait=0.01))
        waits = asyncio.ensure_future(queue.submit(1, 1))
        await asyncio.sleep(0)
        queue.close()
        for call in (waits, queue.submit(2, 1)):
            with pytest.raises(Overloaded, match="is shutting down"):
                await call

    asyncio.run(main())


def test_calls_do_not_overlap() -> None:
    running = 0
    most = 0

    def slow(items: Sequence[int]) -> list[int]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        threading.Event().wait(0.01)
        running -= 1
        return list(items)

    async def main() -> None:
        queue: BatchQueue[int, int] = BatchQueue(slow, Limits(batch=1, inline=0))
        await asyncio.gather(*(queue.submit(item, 1) for item in range(8)))

    asyncio.run(main())
    assert most == 1
