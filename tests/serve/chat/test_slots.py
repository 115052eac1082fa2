from __future__ import annotations

import asyncio
import threading

import pytest

from proofstone.serve.chat.slots import Cancelled, GivenUp, Slots
from proofstone.serve.errors import Overloaded


def test_more_than_wait_are_refused_and_places_come_free() -> None:
    slots = Slots(1, 1)
    with slots.place(), slots.place():
        assert slots.taken == 2
        with pytest.raises(Overloaded, match="has 2 requests waiting"), slots.place():
            pass
    with slots.place():
        assert slots.taken == 1
    slots.close()


def test_work_that_nobody_waits_for_is_told_so_and_its_thread_is_free() -> None:
    slots = Slots(1, 1)
    started, ended = threading.Event(), threading.Event()

    def work(cancelled: Cancelled) -> None:
        started.set()
        while not cancelled():
            continue
        ended.set()
        raise GivenUp

    async def main() -> int:
        task = asyncio.ensure_future(slots.run(work))
        await asyncio.to_thread(started.wait)
        assert slots.running == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await slots.run(lambda cancelled: 7)

    assert asyncio.run(main()) == 7
    assert ended.is_set()
    slots.close()
    assert slots.running == 0


def test_work_that_still_waits_is_never_begun() -> None:
    slots = Slots(1, 1)
    go = threading.Event()
    begun: list[str] = []

    async def main() -> None:
        first = asyncio.ensure_future(slots.run(lambda cancelled: go.wait()))
        second = asyncio.ensure_future(slots.run(lambda cancelled: begun.append("second")))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        go.set()
        await first
        await slots.run(lambda cancelled: begun.append("third"))

    asyncio.run(main())
    assert begun == ["third"]
    slots.close()


def test_closing_gives_up_what_runs() -> None:
    slots = Slots(1, 1)
    started = threading.Event()

    def work(cancelled: Cancelled) -> None:
        started.set()
        while not cancelled():
            continue
        raise GivenUp

    async def main() -> None:
        task = asyncio.ensure_future(slots.run(work))
        await asyncio.to_thread(started.wait)
        await asyncio.to_thread(slots.close)
        with pytest.raises(Overloaded, match="shutting down"):
            await task
        with pytest.raises(Overloaded, match="shutting down"):
            await slots.run(lambda cancelled: 7)
        with pytest.raises(Overloaded, match="shutting down"), slots.place():
            pass

    asyncio.run(main())
