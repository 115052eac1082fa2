"""What guesses about who was included say of a claimed privacy loss (one training run)."""

from __future__ import annotations

import numpy as np

from proofstone.measures.arrays import FloatArray

_STEPS = 60
_MOST = 40.0


def guessing_pvalue(
    right: int, guesses: int, rows: int, epsilon: float, delta: float = 0.0
) -> float:
    """Return the chance that so many guesses come right under (epsilon, delta)-privacy, at most.

    Each of `rows` rows was included by a fair coin of its own in one run; the auditor guesses
    the coins of `guesses` of them and `right` are right. With q = e^eps / (1 + e^eps) and W
    binomial of `guesses` and q, it is P(W >= right) + 2 * rows * delta * max over i >= 1 of
    P(right > W >= right - i) / i, and at most 1 (Steinke, Nasr and Jagielski 2023, theorem 5.2).

    >>> guessing_pvalue(10, 10, 10, 0.0)
    0.0009765625
    """
    if right <= 0:
        return 1.0
    chance = _binomial(guesses, 1.0 / (1.0 + np.exp(-epsilon)))
    tail = float(chance[right:].sum())
    below = np.cumsum(chance[:right][::-1])
    most = float((below / np.arange(1, right + 1)).max())
    return min(1.0, tail + 2.0 * rows * delta * most)


def epsilon_bound(right: int, guesses: int, rows: int, level: float, delta: float = 0.0) -> float:
    """Return the largest epsilon that so many right guesses refute at `level`; 0 where none.

    One-sided: a run that is (epsilon, delta)-private gives a bound above its epsilon with
    probability 1 - `level` at most (Steinke, Nasr and Jagielski 2023). At most 40.
    """
    low, high = 0.0, _MOST
    if guessing_pvalue(right, guesses, rows, 0.0, delta) > 1.0 - level:
        return 0.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if guessing_pvalue(right, guesses, rows, middle, delta) > 1.0 - level:
            high = middle
        else:
            low = middle
    return low


def _binomial(trials: int, share: float) -> FloatArray:
    """The chance of each number of successes (trials + 1,), by logarithms of factorials."""
    counts = np.arange(trials + 1)
    if share >= 1.0:
        return np.asarray(counts == trials, dtype=np.float64)
    factorial = np.append(0.0, np.cumsum(np.log(np.arange(1, trials + 1))))
    choices = factorial[-1] - factorial - factorial[::-1]
    logs = choices + counts * np.log(share) + (trials - counts) * np.log1p(-share)
    return np.asarray(np.exp(logs), dtype=np.float64)
