"""Binary decision trees as flat arrays, and the paths that rows take through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

_ZERO = 1e-35
"""What LightGBM takes for zero where zero stands for a missing value."""

_KINDS = (np.uint8, np.uint16, np.uint32, np.uint64)


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees whose values add up. All arrays have one entry a node, shape (nodes,).

    An inner node sends a row left where matrix[:, column] <= threshold, or, where the node is in
    `members`, where the truncated value is one of its members. `missing` says which value takes
    the `default_left` side: 0 none (NaN counts as zero), 1 zero and NaN, 2 NaN. A leaf has
    column -1 and its `value`. `roots` are the trees' first nodes. `cover` is how many training
    rows reached each node, None where the model does not say.
    """

    column: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    roots: np.ndarray
    missing: np.ndarray
    default_left: np.ndarray
    members: Mapping[int, np.ndarray] = field(default_factory=dict)
    cover: np.ndarray | None = None

    @cached_property
    def inner(self) -> np.ndarray:
        """The nodes that test a column."""
        return np.flatnonzero(self.column >= 0)

    def goes_left(self, matrix: np.ndarray) -> np.ndarray:
        """Which rows each inner node would send left: bool, shape (inner nodes, n)."""
        nodes = self.inner
        columns = np.ascontiguousarray(matrix.T)
        missing = self.missing[nodes][:, None]
        absent = np.isnan(columns)
        left = np.where(absent, 0.0, columns)[self.column[nodes]] <= self.threshold[nodes][:, None]
        if missing.any():
            gone = absent[self.column[nodes]]
            zero = (absent | (np.abs(columns) <= _ZERO))[self.column[nodes]]
            default = ((missing == 1) & zero) | ((missing == 2) & gone)
            left = np.where(default, self.default_left[nodes][:, None], left)
        for node, members in self.members.items():
            codes = np.trunc(np.nan_to_num(columns[self.column[node]], nan=-1.0))
            left[np.searchsorted(nodes, node)] = np.isin(codes, members)
        return np.asarray(left)

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The sum over trees of the value of the leaf that each row reaches, shape (n,)."""
        *_, (at, _) = self._walk(matrix)
        return np.asarray(self.value[at].sum(axis=1))

    def reached(self, matrix: np.ndarray) -> np.ndarray:
        """How many rows reach each node, int64, shape (nodes,)."""
        count = np.zeros(len(self.column), dtype=np.int64)
        for at, new in self._walk(matrix):
            count += np.bincount(at[new], minlength=len(count))
        return count

    def _walk(self, matrix: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Where each row stands in each tree, level by level, and whether it just came there."""
        left = self.goes_left(matrix)
        place = np.full(len(self.column), -1, dtype=np.int64)
        place[self.inner] = np.arange(len(self.inner))
        at = np.tile(self.roots, (len(matrix), 1))
        rows = np.arange(len(matrix))[:, None]
        yield at, np.ones(at.shape, dtype=bool)
        while (new := self.column[at] >= 0).any():
            side = left[np.where(new, place[at], 0), rows]
            at = np.where(new, np.where(side, self.left[at], self.right[at]), at)
            yield at, new


@dataclass(frozen=True, eq=False)
class Paths:
    """The paths of a forest from its roots to its leaves, in terms of features.

    A feature may be tested by several columns (a number and its missing flag), and several times
    on one path; it has one bit on a path, set in a row's pattern where the row fails any of the
    path's tests of it. `features[i]` lists the features of leaf `leaves[i]`, lowest bit first.
    """

    forest: Forest
    leaves: np.ndarray
    features: tuple[tuple[int, ...], ...]
    levels: tuple[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray], ...]

    @classmethod
    def of(cls, forest: Forest, feature_of: Sequence[int]) -> Paths:
        """Walk all trees; `feature_of[c]` is the feature that matrix column c belongs to."""
        level: list[tuple[int, tuple[int, ...]]] = [(int(root), ()) for root in forest.roots]
        leaves: list[tuple[int, tuple[int, ...]]] = []
        steps = []
        while level:
            edges: list[tuple[int, int, bool, int]] = []
            deeper: list[tuple[int, tuple[int, ...]]] = []
            for node, known in level:
                if forest.column[node] < 0:
                    leaves.append((node, known))
                    continue
                feature = feature_of[forest.column[node]]
                path = known if feature in known else (*known, feature)
                bit = path.index(feature)
                for child, side in ((forest.left[node], True), (forest.right[node], False)):
                    edges.append((int(child), node, side, bit))
                    deeper.append((int(child), path))
            if edges:
                steps.append(_level(forest, edges))
            level = deeper
        nodes = np.array([node for node, _ in leaves], dtype=np.int64)
        return cls(forest, nodes, tuple(path for _, path in leaves), tuple(steps))

    @cached_property
    def depth(self) -> int:
        """The largest number of different features on a path."""
        return max((len(path) for path in self.features), default=0)

    def patterns(self, matrix: np.ndarray) -> np.ndarray:
        """Each row's failed features at each leaf as bits: unsigned, shape (leaves, n)."""
        left = self.forest.goes_left(matrix)
        kind = next(kind for kind in _KINDS if self.depth <= 8 * np.dtype(kind).itemsize)
        failed = np.zeros((len(self.forest.column), len(matrix)), dtype=kind)
        for children, parents, places, sides, bits in self.levels:
            fails = (left[places] != sides[:, None]).astype(kind)
            failed[children] = failed[parents] | (fails << bits[:, None].astype(kind))
        return np.asarray(failed[self.leaves])


def _level(
    forest: Forest, edges: Sequence[tuple[int, int, bool, int]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    children, parents, sides, bits = (np.array(part) for part in zip(*edges, strict=True))
    places = np.searchsorted(forest.inner, parents)
    return children, parents, places, sides, bits
