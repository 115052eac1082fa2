"""Exact path-dependent Shapley values of tree ensembles.

Features that a coalition lacks are averaged out by the shares of training rows that went each way
(the nodes' covers), not by rows of a background: so no hybrid of two rows is ever asked about,
but the values depend on how the trees were grown (Lundberg et al. 2020; Janzing et al. 2020).

With p_k = 1 where the row keeps the path's tests of feature k, else 0, and r_k the share of cover
that keeps them, one leaf is worth value * prod_{k in S} p_k * prod_{k not in S} r_k to a coalition
S. Its Shapley values are an integral of a polynomial, which Gauss and Legendre's rule gives
exactly (the idea of linear TreeSHAP: Yu, Xu, Bifet and Read 2022):

    phi_j = value * (p_j - r_j) * integral over t in [0, 1] of prod_{k != j} (t p_k + (1 - t) r_k).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofstone.explain.forest import Paths
from proofstone.explain.trees import CELLS, TABULATED, Short, bits_of, owners_of


class PathDependentExplainer:
    """Explains rows of one forest by the covers of its nodes; it needs no background.

    `base` is the mean value by cover. No path may be longer than `trees.LONGEST`; the forest has
    covers.
    """

    def __init__(self, paths: Paths, features: int) -> None:
        self._paths = paths
        self._features = features
        ratios = _ratios(paths)
        value = paths.forest.value[paths.leaves]
        self.base = float((value * ratios.prod(axis=1)).sum())
        depths = np.array([len(path) for path in paths.features])
        self._parts: list[Short | _Long] = []
        for depth in range(1, min(TABULATED, paths.depth) + 1):
            leaves = np.flatnonzero(depths == depth)
            if len(leaves):
                shares = _tabulated(value[leaves], ratios[leaves, :depth])
                self._parts.append(Short(depth, leaves, shares, owners_of(paths, leaves, features)))
        for leaf in np.flatnonzero(depths > TABULATED):
            owner = np.array(paths.features[leaf], dtype=np.int64)
            self._parts.append(_Long(int(leaf), owner, ratios[leaf, : len(owner)], value[leaf]))

    def values(self, matrix: np.ndarray) -> np.ndarray:
        """Shapley values of the margin, shape (n, features)."""
        values = np.zeros((len(matrix), self._features))
        step = max(1, 8 * CELLS // len(self._paths.leaves))
        for start in range(0, len(matrix), step):
            patterns = self._paths.patterns(matrix[start : start + step])
            for part in self._parts:
                part.add(patterns, values[start : start + step])
        return values


@dataclass(frozen=True, eq=False)
class _Long:
    """One leaf with a long path, the shares of cover that keep each feature's tests, its value."""

    leaf: int
    owner: np.ndarray
    ratio: np.ndarray
    value: float

    def add(self, patterns: np.ndarray, values: np.ndarray) -> None:
        own, row = np.unique(patterns[self.leaf], return_inverse=True)
        kept = 1.0 - bits_of(own, len(self.owner))
        values[:, self.owner] += self.value * _integrals(kept, self.ratio)[row]


def _ratios(paths: Paths) -> np.ndarray:
    """The share of cover that keeps each feature's tests, shape (leaves, depth); 1 past the path.

    Below a node that no row reached nothing is known of the shares: they are 0, as is its own.
    """
    forest = paths.forest
    assert forest.cover is not None
    ratios = np.ones((len(forest.column), paths.depth))
    for children, parents, _, _, bits in paths.levels:
        above = forest.cover[parents]
        edge = np.divide(
            forest.cover[children], above, out=np.zeros(len(children)), where=above > 0
        )
        ratios[children] = ratios[parents]
        ratios[children, bits] *= edge
    return np.asarray(ratios[paths.leaves])


def _tabulated(value: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Shares by slot of each leaf and row pattern, shape (depth, leaves * 2^depth)."""
    leaves, depth = ratio.shape
    kept = 1.0 - bits_of(np.arange(1 << depth, dtype=np.uint64), depth)
    step = max(1, CELLS // (len(kept) * depth * depth))
    parts = [
        value[i : i + step, None, None] * _integrals(kept, ratio[i : i + step, None, :])
        for i in range(0, leaves, step)
    ]
    shares = np.concatenate(parts).transpose(2, 0, 1)
    return np.ascontiguousarray(shares.reshape(depth, -1))


def _integrals(kept: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """(p_j - r_j) times the integral of the other features' product, shape (..., depth).

    Products leave one factor out by running from both ends: a factor may be 0.
    """
    depth = kept.shape[-1]
    places, weights = np.polynomial.legendre.leggauss((depth + 1) // 2)
    kept, ratio = np.broadcast_arrays(kept, ratio)
    total = np.zeros(kept.shape)
    for place, weight in zip((places + 1) / 2, weights / 2, strict=True):
        factor = place * kept + (1 - place) * ratio
        before = np.ones_like(factor)
        before[..., 1:] = np.cumprod(factor[..., :-1], axis=-1)
        after = np.ones_like(factor)
        after[..., :-1] = np.cumprod(factor[..., :0:-1], axis=-1)[..., ::-1]
        total += weight * before * after
    return np.asarray((kept - ratio) * total)
