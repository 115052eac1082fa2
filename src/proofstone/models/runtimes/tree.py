"""Decision trees as flat arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofstone.core.canonical import canonical_json
from proofstone.models import fields
from proofstone.models.runtimes.runtime import FILE, read_json, unreadable

_CLIP = 1e-6
"""Leaves of one class only count as this far from certainty."""

_ARRAYS = {
    "feature": fields.integers,
    "threshold": fields.numbers,
    "left": fields.integers,
    "right": fields.integers,
    "value": fields.numbers,
}


@dataclass(frozen=True, eq=False)
class Tree:
    """A binary tree; all arrays have one entry a node, shape (nodes,), the root first.

    An inner node sends a row left where matrix[:, feature] <= threshold. A leaf has feature -1;
    `value` is its probability of the positive class.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    width: int

    @property
    def log_odds(self) -> np.ndarray:
        """The margin of each node, shape (nodes,): log-odds of `value` clipped to 1e-6."""
        share = np.clip(self.value, _CLIP, 1 - _CLIP)
        return np.asarray(np.log(share / (1 - share)))

    def leaf(self, matrix: np.ndarray) -> np.ndarray:
        """Return the leaf that each row reaches, int64 (n,)."""
        node = np.zeros(len(matrix), dtype=np.int64)
        rows = np.arange(len(matrix))
        while (active := self.feature[node] >= 0).any():
            at, row = node[active], rows[active]
            goes_left = matrix[row, self.feature[at]] <= self.threshold[at]
            node[active] = np.where(goes_left, self.left[at], self.right[at])
        return node

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Return the log-odds of the positive class, shape (n,)."""
        return np.asarray(self.log_odds[self.leaf(matrix)])

    def to_weights(self) -> bytes:
        """The file that `load` reads."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        return canonical_json(arrays | {"width": self.width})


def load(weights: bytes) -> Tree:
    """Return the tree in `weights`.

    Raises:
        InputError: the weights do not hold together.
    """
    document = read_json(weights)
    arrays = {
        name: read(fields.field(document, name, FILE), f"{FILE}, {name}")
        for name, read in _ARRAYS.items()
    }
    width = fields.integer(fields.field(document, "width", FILE), f"{FILE}, width")
    tree = Tree(**arrays, width=width)
    _check(tree)
    return tree


def _check(tree: Tree) -> None:
    """Refuse arrays of unequal length, columns out of range, and children that lead back."""
    nodes = len(tree.feature)
    if not nodes or any(getattr(tree, name).shape != (nodes,) for name in _ARRAYS):
        raise unreadable("the arrays of the tree differ in length")
    inner = np.flatnonzero(tree.feature >= 0)
    children = np.concatenate([tree.left[inner], tree.right[inner]])
    parents = np.concatenate([inner, inner])
    if (
        (tree.feature >= tree.width).any()
        or (children <= parents).any()
        or (children >= nodes).any()
    ):
        raise unreadable("a node of the tree points nowhere")
    if not ((tree.value >= 0) & (tree.value <= 1)).all():
        raise unreadable("a leaf's value is no probability")
