"""Sizes of what is measured: PROOFSTONE_BENCH_SCALE=0.01 tries every part in a moment."""

from __future__ import annotations

import os

SCALE = float(os.environ.get("PROOFSTONE_BENCH_SCALE", "1"))


def scaled(size: int, least: int = 1) -> int:
    """`size` times the scale, at least `least`.

    >>> scaled(0, 7)
    7
    """
    return max(least, round(size * SCALE))
