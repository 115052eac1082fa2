"""A rate as a faulty check tells it, corrected for the check's own errors."""

from __future__ import annotations

import math
from typing import NamedTuple

from proofstone.measures.intervals import Interval, normal_quantile


class Counted(NamedTuple):
    """A share among `n` independent rows."""

    share: float
    n: float


def rogan_gladen(flagged: float, sensitivity: float, specificity: float) -> float:
    """Return the share that is truly so, where a check flags the share `flagged`.

    (flagged + specificity - 1) / (sensitivity + specificity - 1), within [0, 1] (Rogan and Gladen
    1978). nan where the check tells nothing, that is where the denominator is not positive.

    >>> round(rogan_gladen(0.26, 0.9, 0.8), 4)
    0.0857
    """
    worth = sensitivity + specificity - 1.0
    if worth <= 0.0:
        return math.nan
    return min(1.0, max(0.0, (flagged + specificity - 1.0) / worth))


def lang_reiczigel(
    flagged: Counted, sensitivity: Counted, specificity: Counted, level: float
) -> Interval[float]:
    """Return the interval of `rogan_gladen`, which knows all three shares from samples alone.

    The adjusted Wald interval of Lang and Reiczigel (2014, Preventive Veterinary Medicine 113),
    within [0, 1]; unknown (nan) where the check tells nothing.
    """
    z = normal_quantile((1.0 + level) / 2.0)
    n, true, false = flagged.n + z * z, sensitivity.n + 2.0, specificity.n + 2.0
    p = (flagged.n * flagged.share + z * z / 2.0) / n
    se = (sensitivity.n * sensitivity.share + 1.0) / true
    sp = (specificity.n * specificity.share + 1.0) / false
    worth = se + sp - 1.0
    if worth <= 0.0 or min(flagged.n, sensitivity.n, specificity.n) <= 0:
        return Interval(math.nan, math.nan)
    share = (p + sp - 1.0) / worth
    of_se, of_sp = se * (1.0 - se) / true, sp * (1.0 - sp) / false
    moved = 2.0 * z * z * (share * of_se - (1.0 - share) * of_sp)
    variance = p * (1.0 - p) / n + share**2 * of_se + (1.0 - share) ** 2 * of_sp
    half = z * math.sqrt(variance) / worth
    low, high = (min(1.0, max(0.0, share + moved + side)) for side in (-half, half))
    return Interval(low, high)
