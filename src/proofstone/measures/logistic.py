"""A ridge-penalised logistic regression, cross-fitted: how well some columns tell another."""

from __future__ import annotations

import numpy as np

from proofstone.measures.arrays import FloatArray, Labels

_STEPS = 25


def fit_logistic(design: FloatArray, y: Labels, penalty: float = 1.0) -> FloatArray:
    """Return the coefficients (d + 1,), intercept first, of a logistic regression by Newton steps.

    `design` (n, d) holds finite numbers of like scale; `penalty` times half the squared
    coefficients, without the intercept, is added to the sum of log losses (le Cessie, van
    Houwelingen 1992).
    """
    x = np.column_stack([np.ones(len(design)), design])
    truth = np.asarray(y, dtype=np.float64)
    ridge = np.full(x.shape[1], penalty)
    ridge[0] = 1e-9
    weights = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = _logistic(x @ weights)
        slope = x.T @ (truth - p) - ridge * weights
        curve = (x * np.maximum(p * (1.0 - p), 1e-6)[:, None]).T @ x
        curve.flat[:: len(ridge) + 1] += ridge
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def cross_fitted(
    design: FloatArray,
    y: Labels,
    rng: np.random.Generator,
    *,
    folds: int = 5,
    penalty: float = 1.0,
) -> FloatArray:
    """Return each row's probability (n,) by a regression that was fitted without its fold.

    Folds are drawn so that each holds about as many rows of either class.
    """
    truth = np.asarray(y).astype(bool)
    fold = np.empty(len(truth), dtype=np.int64)
    for one in (truth, ~truth):
        places = rng.permutation(np.flatnonzero(one))
        fold[places] = np.arange(len(places)) % folds
    score = np.empty(len(truth))
    for at in range(folds):
        left = fold == at
        weights = fit_logistic(design[~left], truth[~left], penalty)
        score[left] = _logistic(weights[0] + design[left] @ weights[1:])
    return score


def _logistic(x: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1.0 + np.tanh(x / 2.0)))
