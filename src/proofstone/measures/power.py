"""How many rows would turn an inconclusive finding into a decision."""

from __future__ import annotations

import math


def rows_needed(n: int, value: float, low: float, high: float, limit: float) -> int | None:
    """Return about how many rows bring the bound that faces `limit` just onto `limit`.

    An interval shrinks with the square root of its rows, so the answer is
    n * (half-width towards the limit / |limit - value|)^2, rounded up to two significant
    digits. It supposes that the value stays where it is and that new rows are like the old.
    None where no number of rows would decide: the value lies on the limit, or a number is
    missing (not finite).

    >>> rows_needed(600, value=0.13, low=0.08, high=0.18, limit=0.10)
    1700
    """
    distance = abs(limit - value)
    half_width = high - value if value < limit else value - low
    if n <= 0 or not distance > 0.0 or not math.isfinite(half_width):
        return None
    try:
        exact = n * (half_width / distance) ** 2
    except OverflowError:
        return None
    if not math.isfinite(exact):
        return None
    rows = max(1, math.ceil(exact * (1.0 - 1e-9)))
    unit = int(10 ** max(0, len(str(rows)) - 2))
    return -(-rows // unit) * unit
