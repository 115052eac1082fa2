from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from proofstone.models.runtimes.lightgbm import load
from proofstone.train.families.lightgbm import family

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


def test_equals_lightgbm_itself(sample: Sample) -> None:
    matrix, target, weight = sample
    settings = {"rounds": 20, "num_leaves": 4, "learning_rate": 0.1, "lambda_l2": 0.0}
    model = load(family.fit(matrix, target, weight, settings, 0, ()))
    peer = lightgbm.LGBMClassifier(
        n_estimators=20, num_leaves=4, learning_rate=0.1, min_child_samples=20, verbosity=-1,
        n_jobs=1, deterministic=True, force_col_wise=True,
    ).fit(matrix, target, sample_weight=weight)  # fmt: skip
    expected = peer.predict(matrix, raw_score=True)
    assert model.margin(matrix) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_early_stopping_ends_before_the_rounds_do(sample: Sample) -> None:
    matrix, target, weight = sample
    settings = {"rounds": 500, "learning_rate": 0.3, "early_stopping": 5}
    weights = family.fit(matrix, target, weight, settings, 0, ())
    assert weights == family.fit(matrix, target, weight, settings, 0, ())
    assert 1 <= load(weights).text.count("Tree=") < 100


def test_categories_are_split_as_sets() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 9, 600).astype(float)
    target = np.isin(codes, [1, 4, 7]).astype(np.int64)
    weights = family.fit(codes[:, None], target, np.ones(600), {"rounds": 3, "num_leaves": 2}, 0,
                         (0,))  # fmt: skip
    margin = load(weights).margin(np.arange(-1.0, 10.0)[:, None])
    assert b"num_cat=1" in weights
    assert (margin[[2, 5, 8]] > 0).all() or margin[[2, 5, 8]].min() > margin[[1, 3, 4, 6]].max()
    assert margin[0] == margin[10]
