"""Reads the trees of a LightGBM model from its text, without LightGBM."""

from __future__ import annotations

import numpy as np

from proofstone.core.errors import InputError
from proofstone.explain.forest import Forest


def read_forest(text: str) -> Forest:
    """Return the trees of a one-output model, the first with the starting score folded in.

    Raises:
        InputError: the text holds linear leaves, averaged trees or several outputs.
    """
    head, *blocks = text.split("\nTree=")
    if _fields(head).get("num_tree_per_iteration", "1") != "1":
        raise InputError("the LightGBM model has several outputs", hint="use a binary model")
    trees = [_fields(block.split("\n\n", 1)[0]) for block in blocks]
    if not trees:
        raise InputError("the LightGBM model has no trees", hint="train at least one")
    if any(tree.get("is_linear", "0") != "0" for tree in trees):
        raise InputError("the LightGBM model has linear leaves", hint="train with linear_tree off")
    if "\naverage_output" in head:
        raise InputError("the LightGBM model averages its trees", hint="use boosting: gbdt")
    parts: list[dict[str, np.ndarray]] = []
    members: dict[int, np.ndarray] = {}
    roots, start = [], 0
    for tree in trees:
        roots.append(start)
        parts.append(_nodes(tree, start))
        members |= _members(tree, start)
        start += len(parts[-1]["column"])
    arrays = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    cover = arrays.pop("cover")
    known = None if np.isnan(cover).any() else cover
    return Forest(**arrays, cover=known, roots=np.array(roots, dtype=np.int64), members=members)


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _numbers(tree: dict[str, str], name: str, kind: type) -> np.ndarray:
    return np.array(tree.get(name, "").split(), dtype=kind)


def _nodes(tree: dict[str, str], start: int) -> dict[str, np.ndarray]:
    """A tree's nodes: the inner ones first, then the leaves, numbered from `start`."""
    leaves = int(tree["num_leaves"])
    inner = leaves - 1
    kinds = _numbers(tree, "decision_type", int)[:inner]

    def padded(values: np.ndarray, fill: float) -> np.ndarray:
        return np.concatenate([values[:inner], np.full(leaves, fill, dtype=values.dtype)])

    def children(name: str) -> np.ndarray:
        child = _numbers(tree, name, int)
        return padded(np.where(child >= 0, child, inner + ~child) + start, -1)

    value = np.concatenate([np.zeros(inner), _numbers(tree, "leaf_value", float)])
    return {
        "cover": _cover(tree, inner, leaves),
        "column": padded(_numbers(tree, "split_feature", int), -1),
        "threshold": padded(_numbers(tree, "threshold", float), 0.0),
        "left": children("left_child"),
        "right": children("right_child"),
        "value": value,
        "missing": padded((kinds >> 2) & 3, 0),
        "default_left": padded((kinds & 2) > 0, False),
    }


def _cover(tree: dict[str, str], inner: int, leaves: int) -> np.ndarray:
    """How many training rows reached each node; nan where the text does not say."""
    counts = _numbers(tree, "internal_count", float)[:inner], _numbers(tree, "leaf_count", float)
    if (len(counts[0]), len(counts[1])) == (inner, leaves):
        return np.concatenate(counts)
    return np.full(inner + leaves, 1.0 if leaves == 1 else np.nan)


def _members(tree: dict[str, str], start: int) -> dict[int, np.ndarray]:
    """The categories that each categorical node sends left, from its bit set of 32-bit words."""
    bounds = _numbers(tree, "cat_boundaries", int)
    words = _numbers(tree, "cat_threshold", np.uint32)
    kinds = _numbers(tree, "decision_type", int)
    found = {}
    for node in np.flatnonzero(kinds & 1):
        which = int(float(tree["threshold"].split()[node]))
        own = words[bounds[which] : bounds[which + 1]]
        bits = np.unpackbits(own.view(np.uint8), bitorder="little")
        found[start + int(node)] = np.flatnonzero(bits)
    return found
