"""Thresholds by group that make a rate equal (Hardt, Price and Srebro 2016, without mixtures)."""

from __future__ import annotations

import numpy as np

from proofstone.core.errors import InputError
from proofstone.core.project.schema import Task
from proofstone.train.mitigate.constraint import Constraint
from proofstone.train.threshold import share_threshold


def check_allowed(task: Task) -> None:
    """Refuse thresholds by group where the protected column may not be used.

    Raises:
        InputError: `task.use_protected` is not set.
    """
    if not task.use_protected:
        raise InputError(
            "mitigation `thresholds` decides by the protected column, which "
            "task.use_protected forbids",
            hint="set task.use_protected: true and say why, or take another mitigation",
        )


def group_thresholds(
    score: np.ndarray,
    target: np.ndarray,
    group: np.ndarray,
    constraint: Constraint,
    threshold: float,
) -> dict[str, float]:
    """Return a threshold for each group, at which its rate is nearest to that of all rows.

    The rate of all rows is the one at the common `threshold`, on out-of-fold scores (n,). Groups
    too small to compare have no entry: the common threshold is theirs.
    """
    wanted = constraint.rate(score >= threshold, target)
    counted = constraint.counted(target)
    return {
        str(name): share_threshold(score[counted & (group == name)], wanted)
        for name in constraint.comparable(target, group)
    }
