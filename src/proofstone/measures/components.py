"""The directions along which rows differ most."""

from __future__ import annotations

import numpy as np

from proofstone.measures.arrays import FloatArray

_EXACT = 600
_SPARE, _PASSES = 10, 5


def components(matrix: FloatArray, k: int, rng: np.random.Generator) -> FloatArray:
    """Return the first `k` right singular vectors of `matrix` (n, d), shape (d, at most k).

    Exact up to 600 columns; of more a randomised range, refined by five passes (Halko, Martinsson
    and Tropp 2011). Each is signed so that its largest entry is positive. Directions in which the
    rows do not differ are left out.
    """
    n, d = matrix.shape
    kept = min(k, n, d)
    if not kept:
        return np.zeros((d, 0))
    if d <= _EXACT:
        value, vector = np.linalg.eigh(matrix.T @ matrix)
        size, found = np.sqrt(np.maximum(value[::-1], 0.0)), vector[:, ::-1].T
    else:
        range_ = matrix @ rng.normal(size=(d, min(kept + _SPARE, n)))
        for _ in range(_PASSES):
            basis, _ = np.linalg.qr(range_)
            range_ = matrix @ (matrix.T @ basis)
        basis, _ = np.linalg.qr(range_)
        _, size, found = np.linalg.svd(basis.T @ matrix, full_matrices=False)
    size, found = size[:kept], found[:kept]
    found = found[size > max(float(size[0]), 1e-300) * 1e-7]
    largest = np.abs(found).argmax(axis=1)
    return np.asarray((found * np.sign(found[np.arange(len(found)), largest])[:, None]).T)
