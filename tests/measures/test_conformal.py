from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.conformal import adaptive_scores, conformal_threshold, promised


def test_what_is_promised_is_the_beta_binomial() -> None:
    promise = promised(99, 200, 0.9, 0.95)
    law = stats.betabinom(200, 90, 10)
    assert promise.mean == pytest.approx(0.9)
    assert (promise.low, promise.high) == (law.ppf(0.025) / 200, law.ppf(0.975) / 200)
    assert promised(5, 10, 0.9, 0.95) == (1.0, 1.0, 1.0)


def test_simulated_coverage_keeps_the_band_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    promise, worlds = promised(150, 150, 0.9, 0.95), 2000
    shares = np.array([
        (rng.random(150) <= conformal_threshold(rng.random(150), 0.9)).mean()
        for _ in range(worlds)
    ])  # fmt: skip
    kept = int(((shares >= promise.low) & (shares <= promise.high)).sum())
    # The band is of whole rows, so it holds a little more than its level.
    assert 0.945 < kept / worlds < 0.975
    assert shares.mean() == pytest.approx(promise.mean, abs=0.003)


def test_too_few_rows_have_no_threshold() -> None:
    assert conformal_threshold(np.arange(8.0), 0.9) == math.inf
    assert conformal_threshold(np.arange(9.0), 0.9) == 8.0


def test_adaptive_scores_are_those_of_the_paper() -> None:
    """Romano, Sesia and Candès (2020), section 2, written out row by row."""
    rng = np.random.default_rng(3)
    answers, chance = rng.dirichlet(np.ones(5), 60), rng.random(60)
    found = adaptive_scores(answers, chance)
    for row in range(60):
        ranked = sorted(answers[row], reverse=True)
        for place, own in enumerate(answers[row]):
            rank = ranked.index(own)
            expected = sum(ranked[:rank]) + chance[row] * own
            assert found[row, place] == pytest.approx(expected, abs=1e-12)


def test_true_probabilities_make_adaptive_scores_uniform() -> None:
    rng = np.random.default_rng(4)
    answers = rng.dirichlet(np.full(4, 0.5), 20_000)
    target = (answers.cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1)
    scores = adaptive_scores(answers, rng.random(20_000))[np.arange(20_000), target]
    assert stats.kstest(scores, "uniform").pvalue > 0.001
    held = rng.random(20_000) < 0.5
    threshold = conformal_threshold(scores[held], 0.9)
    assert (scores[~held] <= threshold).mean() == pytest.approx(0.9, abs=0.012)
