"""Exact interventional Shapley values of tree ensembles.

A row and a background row together make 2^d hybrids; one leaf is reached by those hybrids that
take each feature of its path from a row that keeps the path's tests. So a leaf's share depends on
two bit patterns alone: the features that the row fails and those that the background row fails.
With z and x of them the leaf counts (z, x disjoint)

    value * (x - 1)! z! / (x + z)!    for a feature that only the background row fails,
   -value * x! (z - 1)! / (x + z)!    for a feature that only the row itself fails,

and nothing otherwise (Shapley 1953; Lundberg et al. 2020, algorithm 3). Patterns of short paths
are few: their shares are tabulated once for the whole background, and a row is looked up (the
idea of WOODELF, Nadel and Wettenstein 2026). Long paths go by pairs of patterns that meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np

from proofstone.explain.forest import Paths

LONGEST = 63
"""The most different features on one path that a pattern can hold."""

TABULATED = 8
"""The most features on a path whose shares are tabulated by pattern."""

CELLS = 1 << 20
"""About how many numbers are worked on at a time."""


@cache
def weights(size: int) -> np.ndarray:
    """w[a, b] = (a - 1)! b! / (a + b)! for 1 <= a, 0 <= b; shape (size + 1, size + 1)."""
    table = np.zeros((size + 1, size + 1))
    for a in range(1, size + 1):
        for b in range(size + 1):
            table[a, b] = factorial(a - 1) * factorial(b) / factorial(a + b)
    return table


@cache
def _shares(depth: int) -> np.ndarray:
    """Shares of a leaf of value 1: (background pattern, feature, row pattern), zero if they meet.

    Shape (2^depth, depth * 2^depth).
    """
    codes = np.arange(1 << depth)
    bits = (codes[:, None] >> np.arange(depth)) & 1
    count = bits.sum(axis=1)
    apart = (codes[:, None] & codes) == 0
    weight = weights(depth)
    gain = np.where(apart, weight[count[:, None], count], 0.0)
    loss = np.where(apart, weight[count, count[:, None]], 0.0)
    shares = bits[:, :, None] * gain[:, None, :] - bits.T[None, :, :] * loss[:, None, :]
    return np.asarray(shares.reshape(1 << depth, -1))


@dataclass(frozen=True, eq=False)
class Short:
    """Leaves whose paths hold `depth` features: shares by feature slot, leaf and pattern.

    `shares` has shape (depth, leaves * 2^depth), `owners` (depth, leaves, features).
    """

    depth: int
    leaves: np.ndarray
    shares: np.ndarray
    owners: np.ndarray

    def add(self, patterns: np.ndarray, values: np.ndarray) -> None:
        """Add the leaves' shares of rows with `patterns` to `values`, shape (n, features)."""
        offset = np.arange(len(self.leaves))[:, None] << self.depth
        step = max(1, CELLS // patterns.shape[1])
        for start in range(0, len(self.leaves), step):
            part = slice(start, start + step)
            at = patterns[self.leaves[part]].astype(np.int64) + offset[part]
            for slot in range(self.depth):
                found = np.take(self.shares[slot], at, mode="clip")
                values += found.T @ self.owners[slot, part]


@dataclass(frozen=True, eq=False)
class _Long:
    """One leaf with a long path: its distinct background patterns, as numbers and as bits.

    `weight` is the leaf's value times the share of the background with that pattern.
    """

    leaf: int
    owner: np.ndarray
    pattern: np.ndarray
    bits: np.ndarray
    weight: np.ndarray

    def add(self, patterns: np.ndarray, values: np.ndarray) -> None:
        own, row = np.unique(patterns[self.leaf], return_inverse=True)
        apart = (own[:, None] & self.pattern) == 0
        weight = weights(len(self.owner))
        failed, kept = np.bitwise_count(own)[:, None], np.bitwise_count(self.pattern)
        gain = np.where(apart, weight[kept, failed], 0.0) * self.weight
        loss = np.where(apart, weight[failed, kept], 0.0) @ self.weight
        shares = gain @ self.bits - loss[:, None] * bits_of(own, len(self.owner))
        values[:, self.owner] += shares[row]


def bits_of(patterns: np.ndarray, depth: int) -> np.ndarray:
    """The bits of patterns as floats, lowest first, shape (patterns, depth)."""
    places = np.arange(depth, dtype=patterns.dtype)
    return ((patterns[:, None] >> places) & 1).astype(np.float64)


def owners_of(paths: Paths, leaves: np.ndarray, features: int) -> np.ndarray:
    """Which feature each slot of leaves with paths of one length has: (depth, leaves, features)."""
    owners = np.zeros((len(paths.features[leaves[0]]), len(leaves), features))
    for place, leaf in enumerate(leaves):
        for slot, feature in enumerate(paths.features[leaf]):
            owners[slot, place, feature] = 1.0
    return owners


class TreeExplainer:
    """Explains rows of one forest against one background; making it is the slower part.

    `paths` say which input feature each test is about: columns of one feature are replaced
    together, as a person would replace the feature. None may be longer than `LONGEST`.
    """

    def __init__(self, paths: Paths, features: int, background: np.ndarray) -> None:
        self._paths = paths
        self._features = features
        self.base = float(paths.forest.margin(background).mean())
        patterns = self._paths.patterns(background)
        depths = np.array([len(path) for path in self._paths.features])
        self._parts: list[Short | _Long] = []
        for depth in range(1, min(TABULATED, self._paths.depth) + 1):
            leaves = np.flatnonzero(depths == depth)
            if len(leaves):
                self._parts.append(self._short(depth, leaves, patterns))
        deep = np.flatnonzero(depths > TABULATED)
        self._parts += [self._long(int(leaf), patterns) for leaf in deep]

    def values(self, matrix: np.ndarray) -> np.ndarray:
        """Shapley values of the margin, shape (n, features)."""
        values = np.zeros((len(matrix), self._features))
        step = max(1, 8 * CELLS // len(self._paths.leaves))
        for start in range(0, len(matrix), step):
            patterns = self._paths.patterns(matrix[start : start + step])
            for part in self._parts:
                part.add(patterns, values[start : start + step])
        return values

    def _short(self, depth: int, leaves: np.ndarray, patterns: np.ndarray) -> Short:
        size = 1 << depth
        at = patterns[leaves].astype(np.int64) + (np.arange(len(leaves))[:, None] << depth)
        seen = np.bincount(at.ravel(), minlength=len(leaves) * size).reshape(-1, size)
        value = self._paths.forest.value[self._paths.leaves[leaves]]
        shares = (seen * (value / patterns.shape[1])[:, None]) @ _shares(depth)
        slots = shares.reshape(len(leaves), depth, size).transpose(1, 0, 2).reshape(depth, -1)
        owners = owners_of(self._paths, leaves, self._features)
        return Short(depth, leaves, np.ascontiguousarray(slots), owners)

    def _long(self, leaf: int, patterns: np.ndarray) -> _Long:
        found, count = np.unique(patterns[leaf], return_counts=True)
        value = self._paths.forest.value[self._paths.leaves[leaf]]
        owner = np.array(self._paths.features[leaf], dtype=np.int64)
        bits = bits_of(found, len(owner))
        return _Long(leaf, owner, found, bits, value * count / count.sum())
