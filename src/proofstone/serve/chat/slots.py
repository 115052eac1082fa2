"""Some turns at a time, each in a thread of its own, and a bounded number that waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from proofstone.serve.errors import Overloaded

Result = TypeVar("Result")
Cancelled = Callable[[], bool]
"""Says whether nobody waits for the work any more."""


class GivenUp(Exception):
    """Raised by work that was told that nobody waits for it any more."""


class Slots:
    """Runs `slots` works side by side; with them at most `slots + waiting` are taken in.

    Its methods are called from one event loop.
    """

    def __init__(self, slots: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="turn")
        self._most = slots + waiting
        self._taken = 0
        self._running = 0
        self._lock = threading.Lock()
        self._given_up: set[threading.Event] = set()
        self._closed = False

    @property
    def taken(self) -> int:
        """Requests that are answered or wait."""
        return self._taken

    @property
    def running(self) -> int:
        """Works that hold a thread now."""
        return self._running

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place among those that are answered or wait.

        Raises:
            Overloaded: there is none; nothing was done.
        """
        if self._closed or self._taken >= self._most:
            why = "is shutting down" if self._closed else f"has {self._taken} requests waiting"
            raise Overloaded(f"the server {why}", hint="try again in a moment")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def run(self, work: Callable[[Cancelled], Result]) -> Result:
        """Return what `work` does in a thread; when this is cancelled, `work` is told so.

        Its thread is free once `work` has returned, and not before.

        Raises:
            Overloaded: it was not done, or given up, because the server shuts down.
        """
        if self._closed:
            raise Overloaded("the server is shutting down")
        given_up = threading.Event()
        self._given_up.add(given_up)
        try:
            return await asyncio.wrap_future(self._pool.submit(self._counted, work, given_up))
        except GivenUp:
            raise Overloaded("the server is shutting down") from None
        finally:
            given_up.set()
            self._given_up.discard(given_up)

    def close(self) -> None:
        """Take nothing more in, give up what runs, and wait until it has stopped."""
        self._closed = True
        for given_up in [*self._given_up]:
            given_up.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _counted(self, work: Callable[[Cancelled], Result], given_up: threading.Event) -> Result:
        with self._lock:
            self._running += 1
        try:
            return work(given_up.is_set)
        finally:
            with self._lock:
                self._running -= 1
