"""Whole processes, timed from outside: wall, CPU and peak memory of each on its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"


@dataclass(frozen=True)
class Cost:
    """What one process came to: `wall` and `cpu` in seconds (its children's too), `peak` in MB."""

    wall: float
    cpu: float
    peak: float
    output: str


def python(*arguments: str, allowed: Sequence[int] = (0,)) -> Cost:
    """Run this Python with `arguments` and return its cost.

    Raises:
        RuntimeError: it ended with a status that is not `allowed`.
    """
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PROOFSTONE_LANGUAGE": "en"}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    process.stdout.close()
    # wait4 gives the usage of this process; RUSAGE_CHILDREN would add up all there ever were.
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise RuntimeError(f"{arguments} ended with {process.returncode}:\n{output[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def proofstone(*arguments: str, allowed: Sequence[int] = (0,)) -> Cost:
    """Run one command of ours; see `python`."""
    return python("-m", "proofstone", *arguments, allowed=allowed)
