"""A bounded queue that turns requests which come together into one call of the model."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from proofstone.core.errors import ProofstoneError
from proofstone.serve.errors import Overloaded

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Limits:
    """How a queue batches: `wait` seconds for company, at most `batch` rows a call.

    `waiting` rows may wait at most. Calls of up to `inline` rows are answered on the event loop
    itself, since handing them to a thread costs more than they do.
    """

    batch: int = 256
    wait: float = 0.0003
    waiting: int = 20_000
    inline: int = 64


@dataclass(frozen=True, eq=False)
class _Waiting(Generic[Item, Answer]):
    item: Item
    rows: int
    answer: asyncio.Future[Answer]


class BatchQueue(Generic[Item, Answer]):
    """Collects items for a moment and calls `work` with all of them; one call at a time.

    `work` returns one answer an item. When a call for several items fails, each is tried alone,
    so that one caller's bad row is that caller's error only.
    """

    def __init__(
        self, work: Callable[[Sequence[Item]], Sequence[Answer]], limits: Limits | None = None
    ) -> None:
        self._work = work
        self._limits = limits or Limits()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._queue: deque[_Waiting[Item, Answer]] = deque()
        self._rows = 0
        self._timer: asyncio.Handle | None = None
        self._busy = False
        self._closed = False

    @property
    def waiting(self) -> int:
        """Rows that wait now."""
        return self._rows

    async def submit(self, item: Item, rows: int) -> Answer:
        """Return the answer to `item`, which has `rows` rows.

        Raises:
            Overloaded: the queue is full or closed; nothing was done.
        """
        if self._closed or (self._rows and self._rows + rows > self._limits.waiting):
            why = "is shutting down" if self._closed else f"has {self._rows} rows waiting"
            raise Overloaded(f"the server {why}", hint="try again in a moment")
        loop = asyncio.get_running_loop()
        entry = _Waiting(item, rows, loop.create_future())
        self._queue.append(entry)
        self._rows += rows
        self._arrange(loop)
        answer: Answer = await entry.answer
        return answer

    def close(self) -> None:
        """Take nothing more in; whoever waits is told so."""
        self._closed = True
        while self._queue:
            entry = self._queue.popleft()
            if not entry.answer.done():
                entry.answer.set_exception(Overloaded("the server is shutting down"))
        self._rows = 0
        self._pool.shutdown(wait=False)

    def _arrange(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._busy:
            return
        if self._rows >= self._limits.batch:
            self._cancel()
            self._timer = loop.call_soon(self._start, loop)
        elif self._timer is None:
            self._timer = loop.call_later(self._limits.wait, self._start, loop)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        batch, rows = self._take()
        if not batch:
            return
        if rows <= self._limits.inline:
            self._settle(batch, self._call([entry.item for entry in batch]))
            if self._queue:
                self._arrange(loop)
            return
        self._busy = True
        items = [entry.item for entry in batch]
        call = loop.run_in_executor(self._pool, self._call, items)
        call.add_done_callback(lambda done: self._finish(loop, batch, done))

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: list[_Waiting[Item, Answer]],
        done: asyncio.Future[list[Answer | Exception]],
    ) -> None:
        self._busy = False
        if done.cancelled():
            self._settle(batch, [Overloaded("the server is shutting down")] * len(batch))
            return
        self._settle(batch, done.result())
        if self._queue:
            self._arrange(loop)

    def _take(self) -> tuple[list[_Waiting[Item, Answer]], int]:
        batch: list[_Waiting[Item, Answer]] = []
        rows = 0
        while self._queue and (not batch or rows + self._queue[0].rows <= self._limits.batch):
            entry = self._queue.popleft()
            self._rows -= entry.rows
            if not entry.answer.done():
                batch.append(entry)
                rows += entry.rows
        return batch, rows

    def _call(self, items: list[Item]) -> list[Answer | Exception]:
        try:
            return list(self._work(items))
        except ProofstoneError as error:
            if len(items) == 1:
                return [error]
        except Exception as error:
            # A defect of ours must reach the callers, or they would wait for ever.
            return [error] * len(items)
        return [answer for item in items for answer in self._call([item])]

    def _settle(
        self, batch: list[_Waiting[Item, Answer]], answers: Sequence[Answer | Exception]
    ) -> None:
        for entry, answer in zip(batch, answers, strict=True):
            if entry.answer.done():
                continue
            if isinstance(answer, Exception):
                entry.answer.set_exception(answer)
            else:
                entry.answer.set_result(answer)
