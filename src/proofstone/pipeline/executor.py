"""Where parts of a step run: here, in a pool of processes; on a cluster when one comes."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from threading import Lock, Thread
from types import ModuleType
from typing import Protocol, Self, TypeVar

from proofstone.core.errors import ProofstoneError

Part = TypeVar("Part")
Result = TypeVar("Result")

_ONE_THREAD = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS",
)  # fmt: skip


class Executor(Protocol):
    """Applies a function to parts; results come in order and do not depend on the place."""

    @property
    def peak_mb(self) -> float:
        """The largest resident size of any worker so far, in MB."""

    def map(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
        """Return `function(part)` for each part, in order."""

    def __enter__(self) -> Self:
        """Start."""

    def __exit__(self, *exc: object) -> None:
        """Stop; nothing is left running."""


class WorkerLost(ProofstoneError):
    """A worker process died (out of memory, killed); what was committed before it stands."""

    code = "worker-lost"


class LocalExecutor:
    """A pool of `workers` fresh processes, each of one thread, started when first needed.

    Every part runs in a worker, also where there is only one worker: the numbers are then the
    same whatever the machine's core count. Workers read the number of threads from environment
    variables, which this process has until the end.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()
        self._environment: dict[str, str | None] = {}
        self._peak_mb = 0.0

    @property
    def peak_mb(self) -> float:
        """The largest resident size of any worker so far, in MB."""
        return self._peak_mb

    def map(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
        """Return `function(part)` for each part, in order.

        Raises:
            WorkerLost: a worker process died.
        """
        with self._lock:
            self._pool = self._pool or self._start()
        try:
            with self._lock, _without_main():
                found = self._pool.map(partial(_weighed, function), parts)
            weighed = list(found)
            self._peak_mb = max((self._peak_mb, *(size for _, size in weighed)))
            return [result for result, _ in weighed]
        except BrokenProcessPool as error:
            raise WorkerLost(
                "a worker process died, most likely for want of memory",
                hint="run again: finished steps are kept; PROOFSTONE_WORKERS=1 needs less memory",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        self._environment = {name: os.environ.get(name) for name in _ONE_THREAD}
        os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_end_with_parent)


def _weighed(function: Callable[[Part], Result], part: Part) -> tuple[Result, float]:
    """The result, and the largest resident size of this worker so far, in MB."""
    return function(part), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the caller's script from workers that start now: they would run it once more.

    No part is defined there: steps and plug-ins are found by the name of their module.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _end_with_parent() -> None:
    """End this worker when the run is killed: it would wait for work forever otherwise."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()
