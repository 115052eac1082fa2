"""Functions for worker processes, which import this module by its name."""

from __future__ import annotations

import os
import time
from pathlib import Path


def square(number: int) -> int:
    return number * number


def slow_then_quick(number: int) -> int:
    time.sleep(0.05 if number == 0 else 0.0)
    return number * number


def process(number: int) -> int:
    time.sleep(0.01)
    return os.getpid()


def refuse_three(number: int) -> int:
    if number == 3:
        raise ValueError(f"part {number}")
    return number


def first_fails(part: tuple[Path, int]) -> None:
    folder, number = part
    if number == 0:
        raise ValueError("the first")
    time.sleep(0.01)
    (folder / str(number)).touch()


def fail(error: Exception) -> None:
    raise error


def die(number: int) -> None:
    os.kill(os.getpid(), number)


def variable(name: str) -> str | None:
    return os.environ.get(name)
