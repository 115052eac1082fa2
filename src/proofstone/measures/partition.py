"""Rows parted into clusters, and how well they part."""

from __future__ import annotations

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray

_STEPS = 100


def k_means(
    points: FloatArray, k: int, rng: np.random.Generator, starts: int = 4
) -> tuple[FloatArray, IntArray]:
    """Return the centres (at most k, d) of `points` (n, d), and the centre nearest each, (n,).

    Lloyd's algorithm (1982) from seeds by k-means++ (Arthur and Vassilvitskii 2007); of `starts`
    runs the one with the smallest sum of squared distances. Of fewer than k distinct points there
    are fewer centres.
    """
    best: tuple[float, FloatArray, IntArray] | None = None
    for _ in range(starts):
        centres = _seeds(points, k, rng)
        for _ in range(_STEPS):
            owner = nearest(points, centres)
            moved = _means(points, owner, centres)
            still = np.array_equal(moved, centres)
            centres = moved
            if still:
                break
        owner = nearest(points, centres)
        inertia = float(((points - centres[owner]) ** 2).sum())
        if best is None or inertia < best[0]:
            best = inertia, centres, owner
    assert best is not None
    return best[1], best[2]


def distances(points: FloatArray, centres: FloatArray) -> FloatArray:
    """Return the squared Euclidean distances, shape (points, centres)."""
    cross = points @ centres.T
    sides = (points**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)
    return np.asarray(np.maximum(sides - 2.0 * cross, 0.0))


def nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    """Return the place of the centre nearest each point, the first of equal ones, (n,)."""
    return np.asarray(distances(points, centres).argmin(axis=1))


def silhouette(points: FloatArray, inside: np.ndarray) -> float:
    """Return the mean silhouette of the points `inside` (bool, (n,)) against all others.

    A point's is (b - a) / max(a, b), with a the mean distance to the other points inside and b
    that to the points outside (Rousseeuw 1987). nan with fewer than two inside or none outside.
    """
    within = int(inside.sum())
    if within < 2 or within == len(points):
        return float("nan")
    mine, others = points[inside], points[~inside]
    a = np.sqrt(distances(mine, mine)).sum(axis=1) / (within - 1)
    b = np.sqrt(distances(mine, others)).mean(axis=1)
    most = np.maximum(a, b)
    return float(np.divide(b - a, most, out=np.zeros_like(most), where=most > 0).mean())


def _seeds(points: FloatArray, k: int, rng: np.random.Generator) -> FloatArray:
    chosen = [points[int(rng.integers(len(points)))]]
    far = ((points - chosen[0]) ** 2).sum(axis=1)
    while len(chosen) < k and far.sum() > 0:
        chosen.append(points[int(rng.choice(len(points), p=far / far.sum()))])
        far = np.minimum(far, ((points - chosen[-1]) ** 2).sum(axis=1))
    return np.array(chosen)


def _means(points: FloatArray, owner: IntArray, centres: FloatArray) -> FloatArray:
    """The mean of each centre's points; a centre without any stays where it is."""
    one_hot = (owner[:, None] == np.arange(len(centres))).astype(np.float64)
    count = one_hot.sum(axis=0)[:, None]
    return np.asarray(np.where(count > 0, one_hot.T @ points / np.maximum(count, 1.0), centres))
