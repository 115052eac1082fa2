"""Fits calibrations on out-of-fold margins."""

from __future__ import annotations

from typing import Literal

import numpy as np

from proofstone.core.extras import need
from proofstone.models.calibration import Calibration, Isotonic, Sigmoid, Uncalibrated, logistic

_STEPS = 100
_SMALL = 1e-10


def fit_calibration(
    method: Literal["none", "sigmoid", "isotonic"], margin: np.ndarray, target: np.ndarray
) -> Calibration:
    """Return the calibration of out-of-fold `margin` (n,) against `target`, bool (n,).

    The margins must come from models that were fitted without their rows.
    """
    match method:
        case "sigmoid":
            return fit_sigmoid(margin, target)
        case "isotonic":
            return fit_isotonic(margin, target)
    return Uncalibrated()


def fit_sigmoid(margin: np.ndarray, target: np.ndarray) -> Sigmoid:
    """Return Platt's sigmoid (1999) of least cross-entropy against his smoothed targets.

    Positives count as (p + 1) / (p + 2) and negatives as 1 / (n + 2) for p positives and n
    negatives. Newton's method with backtracking, as Lin, Lin and Weng (2007) advise.
    """
    positives = int(target.sum())
    negatives = len(target) - positives
    goal = np.where(target, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.stack([margin, np.ones(len(margin))], axis=1)
    beta = np.array([0.0, np.log((positives + 1) / (negatives + 1))])
    loss = _cross_entropy(design @ beta, goal)
    for _ in range(_STEPS):
        share = logistic(design @ beta)
        gradient = design.T @ (share - goal)
        if np.abs(gradient).max() < _SMALL * len(target):
            break
        curvature = (design * (share * (1 - share))[:, None]).T @ design
        step = np.linalg.solve(curvature + 1e-12 * np.eye(2), gradient)
        size = 1.0
        while size > _SMALL:
            moved = beta - size * step
            moved_loss = _cross_entropy(design @ moved, goal)
            if moved_loss < loss + 1e-4 * size * float(-gradient @ step):
                break
            size /= 2
        else:
            break
        beta, loss = moved, moved_loss
    return Sigmoid(float(-beta[0]), float(-beta[1]))


def fit_isotonic(margin: np.ndarray, target: np.ndarray) -> Isotonic:
    """Return the isotonic regression of `target` on `margin` (Zadrozny and Elkan 2002).

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    isotonic = need("sklearn.isotonic", extra="tabular")
    fitted = isotonic.IsotonicRegression(y_min=0.0, y_max=1.0).fit(
        margin, target.astype(np.float64)
    )
    return Isotonic(fitted.X_thresholds_, fitted.y_thresholds_)


def _cross_entropy(logit: np.ndarray, goal: np.ndarray) -> float:
    return float((np.logaddexp(0.0, logit) - goal * logit).sum())
