"""LightGBM models from their text (Ke et al. 2017), checked before LightGBM reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from proofstone.core.extras import need
from proofstone.models.runtimes.runtime import unreadable

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True, eq=False)
class LightGbm:
    """A gradient-boosted forest for two classes; `text` is what `booster` was read from."""

    booster: Booster
    text: str
    width: int

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Return the log-odds of the positive class, shape (n,)."""
        return np.asarray(self.booster.predict(matrix, raw_score=True, num_threads=1))


def load(weights: bytes) -> LightGbm:
    """Return the LightGBM model in `weights`.

    Raises:
        InputError: the text is not a whole LightGBM model of two classes.
        MissingExtra: lightgbm is not installed.
    """
    try:
        text = weights.decode()
    except UnicodeDecodeError as error:
        raise unreadable(str(error)) from error
    width = _check(text)
    lightgbm = need("lightgbm", extra="tabular")
    booster = lightgbm.Booster(model_str=text)
    return LightGbm(booster, text, width)


def _check(text: str) -> int:
    """Return the number of columns of a sound model text.

    LightGBM trusts its input: an index out of range would make it read foreign memory.
    """
    body, end, _ = text.partition("\nend of trees\n")
    head, *trees = body.split("\nTree=")
    fields = _fields(head)
    if not head.startswith("tree\n") or not end:
        raise unreadable("it is not a whole LightGBM model text")
    if fields.get("objective", "").split()[:1] != ["binary"] or fields.get("num_class") != "1":
        raise unreadable("it is not a LightGBM model of two classes")
    try:
        width = int(fields["max_feature_idx"]) + 1
        if len(fields["tree_sizes"].split()) != len(trees):
            raise unreadable("trees are missing")
        for tree in trees:
            _check_tree(_fields(tree), width)
    except (KeyError, ValueError) as error:
        raise unreadable(f"{error!r} in a LightGBM model text") from error
    return width


def _check_tree(fields: dict[str, str], width: int) -> None:
    leaves = int(fields["num_leaves"])
    inner = leaves - 1
    columns, left, right = (
        np.array(fields.get(name, "").split(), dtype=np.int64)
        for name in ("split_feature", "left_child", "right_child")
    )
    if leaves < 1 or len(fields["leaf_value"].split()) != leaves:
        raise ValueError("leaf_value")
    if leaves == 1:
        return
    lengths = {len(fields[name].split()) for name in ("threshold", "decision_type")}
    if lengths | {len(columns), len(left), len(right)} != {inner}:
        raise ValueError("split_feature")
    children = np.concatenate([left, right])
    nodes = np.where(children >= 0, children, inner + ~children)
    if not ((columns >= 0) & (columns < width)).all():
        raise ValueError("split_feature")
    if not np.array_equal(np.sort(nodes), np.arange(1, inner + leaves)):
        raise ValueError("left_child")
    _check_categories(fields)


def _check_categories(fields: dict[str, str]) -> None:
    """Refuse a categorical node whose set of categories lies outside the stored words."""
    kinds = np.array(fields["decision_type"].split(), dtype=np.int64)
    thresholds = np.array(fields["threshold"].split(), dtype=np.float64)
    sets = thresholds[(kinds & 1) > 0]
    if not sets.size:
        return
    bounds = np.array(fields["cat_boundaries"].split(), dtype=np.int64)
    words = len(fields["cat_threshold"].split())
    if not ((sets >= 0) & (sets < len(bounds) - 1)).all():
        raise ValueError("threshold")
    if bounds[0] != 0 or bounds[-1] != words or (np.diff(bounds) < 0).any():
        raise ValueError("cat_boundaries")


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
