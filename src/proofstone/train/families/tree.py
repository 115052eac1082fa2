"""A single decision tree (CART, Breiman et al. 1984), by scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from sklearn.tree import DecisionTreeClassifier

from proofstone.models.prepare.preparation import Takes
from proofstone.models.runtimes.tree import Tree
from proofstone.train.families.family import Range, Settings, Space, parse


class TreeSettings(BaseModel):
    """Settings of a decision tree."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_depth: int | None = Field(5, ge=1, le=64)
    min_samples_leaf: int = Field(20, ge=1)
    criterion: Literal["gini", "entropy", "log_loss"] = "gini"
    ccp_alpha: float = Field(0.0, ge=0)


@dataclass(frozen=True)
class DecisionTree:
    """Fits one tree; a leaf's score is its weighted share of positives."""

    name: str = "tree"
    runtime: str = "tree"
    takes: Takes = "codes"
    space: Space = field(
        default_factory=lambda: {
            "max_depth": Range(2, 8, integer=True),
            "min_samples_leaf": Range(10, 100, log=True, integer=True, points=3),
        }
    )

    def fit(
        self,
        matrix: np.ndarray,
        target: np.ndarray,
        weight: np.ndarray,
        settings: Settings,
        seed: int,
        categorical_columns: Sequence[int],
    ) -> bytes:
        """Return fitted weights; `categorical_columns` are split as ordered codes.

        Raises:
            InputError: a setting is unknown or out of range.
        """
        chosen = parse(TreeSettings, settings, self.name)
        machine = DecisionTreeClassifier(**chosen.model_dump(), random_state=seed)
        fitted = machine.fit(matrix, target, sample_weight=weight).tree_
        inner = fitted.children_left >= 0
        tree = Tree(
            feature=np.where(inner, fitted.feature, -1).astype(np.int64),
            threshold=np.where(inner, double_threshold(fitted.threshold), 0.0),
            left=np.where(inner, fitted.children_left, -1).astype(np.int64),
            right=np.where(inner, fitted.children_right, -1).astype(np.int64),
            value=np.clip(fitted.value[:, 0, 1] / fitted.value[:, 0, :].sum(axis=1), 0.0, 1.0),
            width=matrix.shape[1],
        )
        return tree.to_weights()


def double_threshold(threshold: np.ndarray) -> np.ndarray:
    """Return t' such that x <= t' for a double x exactly where float32(x) <= threshold.

    scikit-learn rounds rows to single precision before it compares them; with t' a runtime need
    not. t' is the last double that rounds to the largest single not above the threshold: the
    midpoint to the next single when ties go down to it (its significand is even), else the
    double before.
    """
    single = threshold.astype(np.float32)
    below = np.nextafter(single, np.float32(-np.inf))
    single = np.where(single.astype(np.float64) > threshold, below, single)
    after = np.nextafter(single, np.float32(np.inf))
    middle = (single.astype(np.float64) + after.astype(np.float64)) / 2
    even = (single.view(np.int32) & 1) == 0
    return np.where(even, middle, np.nextafter(middle, -np.inf))


family = DecisionTree()
