"""The lasso by coordinate descent, for many small problems at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_SWEEPS, _CLOSE = 2_000, 1e-9


class Moments(NamedTuple):
    """What the lasso needs of b weighted samples of (x, y), x in m dimensions.

    `gram` (b, m, m) and `moment` (b, m) are centred and weighted means of x x' and x y;
    `centre` (b, m) and `mean` (b,) are the means of x and of y.
    """

    gram: np.ndarray
    moment: np.ndarray
    centre: np.ndarray
    mean: np.ndarray


def moments(x: np.ndarray, y: np.ndarray, counts: np.ndarray) -> Moments:
    """Return the moments of `x` (k, m) and `y` (k,), once for each row of `counts` (b, k).

    A count is how often a row is in the sample: 0 and 1 for folds, any for the bootstrap.
    """
    share = counts / counts.sum(axis=1, keepdims=True)
    centre, mean = share @ x, share @ y
    gram = np.einsum("bk,ki,kj->bij", share, x, x, optimize=True)
    gram -= centre[:, :, None] * centre[:, None, :]
    moment = (share * y) @ x - centre * mean[:, None]
    return Moments(gram, moment, centre, mean)


def lasso(gram: np.ndarray, moment: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    """Return for each of b problems the w (b, m) that minimises w'Gw/2 - c'w + penalty * |w|_1.

    With `gram` (b, m, m) and `moment` (b, m) as `moments` returns them, that is the lasso
    (Tibshirani 1996) of centred data, its mean squared error halved; `penalty` is (b,). Cyclic
    coordinate descent (Friedman et al. 2007). A column that never changes gets 0.
    """
    found = np.zeros_like(moment)
    for _ in range(_SWEEPS):
        moved = 0.0
        for at in range(moment.shape[1]):
            scale = gram[:, at, at]
            pull = moment[:, at] - np.einsum("bi,bi->b", gram[:, at], found) + scale * found[:, at]
            shrunk = np.sign(pull) * np.maximum(np.abs(pull) - penalty, 0.0)
            new = np.divide(shrunk, scale, out=np.zeros_like(shrunk), where=scale > 1e-12)
            moved = max(moved, float(np.abs(new - found[:, at]).max(initial=0.0)))
            found[:, at] = new
        if moved <= _CLOSE * max(1.0, float(np.abs(found).max(initial=0.0))):
            break
    return found
