"""Turns a function that reports through a callback into an iterator that can be given up."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from typing import TypeVar

T = TypeVar("T")
Report = Callable[[T], bool]
"""Takes what is reported; true asks the reporter to stop."""

_AHEAD = 32
_PATIENCE = 0.05
_END = object()


def flow(
    run: Callable[[Report[T]], None], cancelled: Callable[[], bool]
) -> Generator[T, None, None]:
    """Yield what `run` reports from a thread of its own, at most 32 reports ahead of the reader.

    When `cancelled` turns true (it is asked every 50 ms) or the iterator is closed, the next
    report asks `run` to stop, and this waits until it has. What `run` raises is raised here.
    """
    reports: queue.Queue[object] = queue.Queue(_AHEAD)
    given_up = threading.Event()
    failures: list[BaseException] = []

    def report(one: T) -> bool:
        reports.put(one)
        return given_up.is_set()

    def work() -> None:
        try:
            run(report)
        except BaseException as error:
            failures.append(error)
        reports.put(_END)

    worker = threading.Thread(target=work, name="llama.cpp", daemon=True)
    worker.start()
    ended = False
    try:
        while not cancelled():
            try:
                one = reports.get(timeout=_PATIENCE)
            except queue.Empty:
                continue
            if one is _END:
                ended = True
                break
            yield one  # type: ignore[misc]
    finally:
        given_up.set()
        while not ended:
            ended = reports.get() is _END
        worker.join()
    if failures:
        raise failures[0]
