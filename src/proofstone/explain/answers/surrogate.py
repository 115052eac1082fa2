"""A linear surrogate of how likely an answer is, in terms of the pieces that it could rest on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofstone.explain.answers.lasso import Moments, lasso, moments

LEAST = 16
"""Ablations below which a sparse surrogate is not fitted."""

_FOLDS = 4
_PENALTIES = 16
_SMALLEST = 1e-3
_RESAMPLES = 200


@dataclass(frozen=True, eq=False)
class Surrogate:
    """value = intercept + kept @ weights, where `kept` (m,) says which pieces are there.

    `errors` (m,) are standard errors of `weights`; 0 where every subset was asked. `r2` and
    `rank_correlation` say how well it foretells: on ablations that it was not fitted to, or,
    where every subset was asked, on all there are. They are nan where the values do not vary.
    """

    weights: np.ndarray
    errors: np.ndarray
    intercept: float
    r2: float
    rank_correlation: float
    ablations: int
    exact: bool


def of_all(kept: np.ndarray, values: np.ndarray) -> Surrogate:
    """Return the surrogate of all 2^m subsets `kept`, bool (2^m, m), with their `values` (2^m,).

    Weights are those of least squares, which are the mean changes by a piece over all subsets of
    the others: Banzhaf values (Hammer and Holzman 1992). `r2` is the share of the variance that is
    additive; the rest is interplay between pieces.
    """
    weights = np.array([values[one].mean() - values[~one].mean() for one in kept.T])
    intercept = float(values.mean() - weights.sum() / 2)
    foretold = intercept + kept @ weights
    return Surrogate(
        weights,
        np.zeros(len(weights)),
        intercept,
        explained(values, foretold),
        rank_correlation(values, foretold),
        len(values),
        True,
    )


def of_some(kept: np.ndarray, values: np.ndarray, rng: np.random.Generator) -> Surrogate:
    """Return the sparse surrogate of drawn subsets `kept`, bool (k, m), `LEAST` at the least.

    The idea is ContextCite's (Cohen-Wang et al. 2024): the lasso, on subsets in which each piece
    is kept or left out by the toss of a coin. Here the values are log-probabilities themselves
    rather than log-odds. The penalty is the greatest within one standard error of the least
    error in cross-validation (Breiman et al. 1984); fidelity is that of folds which took no part
    in fit and choice. Standard errors are by 200 bootstrap resamples of the ablations, the
    penalty held.

    Not covered: weights shrunk to exactly 0 often have an error of 0 too, which says that they
    were not found, not that they are none (Chatterjee and Lahiri 2011).
    """
    x, k = kept.astype(np.float64), len(values)
    folds = rng.permutation(k) % _FOLDS
    inner = rng.permutation(k) % _FOLDS
    foretold = np.empty(k)
    for fold in range(_FOLDS):
        fitted = folds != fold
        penalty = _penalty(x, values, fitted, inner)
        sample = moments(x, values, fitted[None, :].astype(np.float64))
        foretold[~fitted] = _foretold(x[~fitted], sample, np.array([penalty]))[0]
    penalty = _penalty(x, values, np.ones(k, dtype=bool), inner)
    whole = moments(x, values, np.ones((1, k)))
    weights = lasso(whole.gram, whole.moment, np.array([penalty]))[0]
    drawn = moments(x, values, rng.multinomial(k, np.full(k, 1 / k), _RESAMPLES).astype(np.float64))
    again = lasso(drawn.gram, drawn.moment, np.full(_RESAMPLES, penalty))
    return Surrogate(
        weights,
        again.std(axis=0, ddof=1),
        float(whole.mean[0] - whole.centre[0] @ weights),
        explained(values, foretold),
        rank_correlation(values, foretold),
        k,
        False,
    )


def _penalty(x: np.ndarray, y: np.ndarray, known: np.ndarray, fold_of: np.ndarray) -> float:
    """The greatest penalty within one standard error of the best, over folds of `known` rows."""
    greatest = float(np.abs(moments(x, y, known[None, :].astype(np.float64)).moment).max())
    if greatest == 0.0:
        return 0.0
    penalties = np.geomspace(greatest, greatest * _SMALLEST, _PENALTIES)
    misses = np.full((_FOLDS, _PENALTIES), np.nan)
    for fold in range(_FOLDS):
        out = known & (fold_of == fold)
        if out.any():
            sample = moments(x, y, (known & ~out)[None, :].astype(np.float64))
            repeated = Moments(*(np.repeat(part, _PENALTIES, axis=0) for part in sample))
            misses[fold] = ((_foretold(x[out], repeated, penalties) - y[out]) ** 2).mean(axis=1)
    misses = misses[~np.isnan(misses[:, 0])]
    mean = misses.mean(axis=0)
    best = int(mean.argmin())
    within = mean[best] + misses[:, best].std(ddof=1) / np.sqrt(len(misses))
    return float(penalties[np.flatnonzero(mean <= within)[0]])


def _foretold(x: np.ndarray, sample: Moments, penalty: np.ndarray) -> np.ndarray:
    """What the lasso of each sample says of `x` (k, m): shape (b, k)."""
    weights = lasso(sample.gram, sample.moment, penalty)
    start = sample.mean - (sample.centre * weights).sum(axis=1)
    return np.asarray(start[:, None] + weights @ x.T)


def explained(values: np.ndarray, foretold: np.ndarray) -> float:
    """Return the share of the variance of `values` that `foretold` explains; nan without any."""
    spread = float(((values - values.mean()) ** 2).sum())
    return 1.0 - float(((values - foretold) ** 2).sum()) / spread if spread else float("nan")


def rank_correlation(values: np.ndarray, foretold: np.ndarray) -> float:
    """Return Spearman's rank correlation (1904); nan where either does not vary.

    Of values and what a surrogate foretells it is the linear datamodeling score (Park et al. 2023).

    >>> rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([0.1, 0.5, 0.6]))
    1.0
    """
    first, second = (ranks - ranks.mean() for ranks in map(_ranks, (values, foretold)))
    size = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / size if size else float("nan")


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1; equal values share their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place])
