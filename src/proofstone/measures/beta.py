"""The beta distribution: its distribution function, and its quantiles."""

from __future__ import annotations

import math

_TINY = 1e-300


def beta_share(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), to about 1e-9.

    Continued fraction (DLMF 8.17.22, 2010) by Lentz's algorithm (1976).

    >>> round(beta_share(0.3, 2.0, 5.0), 6)
    0.579825
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - beta_share(1.0 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x)
    front += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    found = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / _away(1.0 + term * d)
            c = _away(1.0 + term / c)
            found *= c * d
        if abs(c * d - 1.0) < 1e-14:
            break
    return math.exp(front) * found / a


def _away(value: float) -> float:
    """`value`, kept away from 0."""
    return value if abs(value) > _TINY else _TINY


def beta_quantile(p: float, a: float, b: float) -> float:
    """Return the x with I_x(a, b) = p: Newton's steps, halved where they leave the bracket.

    >>> round(beta_quantile(0.5, 3.0, 3.0), 12)
    0.5
    """
    low, high = 0.0, 1.0
    x = a / (a + b)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    for _ in range(100):
        gap = beta_share(x, a, b) - p
        low, high = (x, high) if gap < 0.0 else (low, x)
        log_density = scale + (a - 1.0) * math.log(x) + (b - 1.0) * math.log1p(-x)
        step = gap * math.exp(min(700.0, -log_density))
        following = x - step if low < x - step < high else (low + high) / 2.0
        if abs(following - x) <= 1e-15 * max(x, 1e-300) or not low < following < high:
            return following
        x = following
    return x
