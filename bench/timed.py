"""Wall time of a piece of work."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def timed(work: Callable[[], Result], times: int = 1) -> tuple[float, Result]:
    """The least of `times` wall times in seconds, and what `work` returned last."""
    started = time.perf_counter()
    result = work()
    took = time.perf_counter() - started
    for _ in range(times - 1):
        started = time.perf_counter()
        result = work()
        took = min(took, time.perf_counter() - started)
    return took, result
