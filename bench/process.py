"""Whole processes, timed from outside: wall, CPU and peak memory of each on its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"

# Linux counts the pages of whoever starts a process towards that process's peak. So a small one
# starts it, not this one, which has the peers in memory.
_START = """
import json, os, sys, time
started = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
wall = time.perf_counter() - started
cost = [wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]
os.write(2, json.dumps(cost).encode())
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Cost:
    """What one process came to: `wall` and `cpu` in seconds (its children's too), `peak` in MB."""

    wall: float
    cpu: float
    peak: float
    output: str


def python(*arguments: str, allowed: Sequence[int] = (0,), by: str = sys.executable) -> Cost:
    """Run this Python (or the one at `by`) with `arguments` and return its cost.

    Raises:
        RuntimeError: it ended with a status that is not `allowed`.
    """
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", _START, by, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PROOFSTONE_LANGUAGE": "en"},
    )
    if done.returncode not in allowed:
        said = f"{done.stdout[-1000:]}{done.stderr[-2000:]}"
        raise RuntimeError(f"{arguments} ended with {done.returncode}:\n{said}")
    wall, cpu, peak = json.loads(done.stderr[done.stderr.rindex("[") :])
    return Cost(wall, cpu, peak, done.stdout)


def proofstone(*arguments: str, allowed: Sequence[int] = (0,)) -> Cost:
    """Run one command of ours; see `python`."""
    return python("-m", "proofstone", *arguments, allowed=allowed)
