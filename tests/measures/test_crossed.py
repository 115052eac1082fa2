from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from proofstone.measures.crossed import Crossed
from proofstone.measures.influence import delong_auc
from proofstone.measures.intervals import wilson


def cells(seed: int, models: int = 16, rows: int = 300, ties: bool = False) -> Crossed:
    rng = np.random.default_rng(seed)
    positive = rng.random((models, rows)) < 0.5
    score = rng.normal(size=positive.shape) + positive
    return Crossed(positive, np.round(score) if ties else score, np.arange(models) // 2)


@pytest.mark.parametrize("ties", [False, True])
def test_values_are_those_of_scikit_learn(ties: bool) -> None:
    found = cells(0, ties=ties)
    flat = found.positive.ravel(), found.score.ravel()
    assert found.auc == pytest.approx(roc_auc_score(*flat), abs=1e-12)
    wrong, true, _ = roc_curve(*flat, drop_intermediate=False)
    for false in (0.001, 0.01, 0.1):
        assert found.found(false) == pytest.approx(np.interp(false, wrong, true), abs=1e-12)


def test_one_model_with_independent_rows_is_delongs_interval() -> None:
    found = cells(1, models=1, rows=800)
    area = delong_auc(found.positive[0], found.score[0], 0.95)
    assert found.auc_interval(0.95) == pytest.approx(area, abs=1e-3)


def test_the_variance_counts_both_kinds_of_clusters() -> None:
    found = cells(2, models=6, rows=40)
    influence = np.random.default_rng(0).normal(size=240) / 100
    grid = influence.reshape(6, 40)
    pairs = [grid[2 * k] + grid[2 * k + 1] for k in range(3)]
    by_row = sum(float(grid[:, i].sum()) ** 2 for i in range(40)) * 40 / 39
    by_model = sum(float(one.sum()) ** 2 for one in pairs) * 3 / 2
    both = sum(float(cell) ** 2 for one in pairs for cell in one)
    expected = max(by_row + by_model - both, by_row, by_model)
    wider = found._variance(influence, 0.95) / expected
    assert 1.0 < wider < (3.18245 / 1.95996) ** 2  # between many and three degrees of freedom


@pytest.mark.parametrize(("models", "shared"), [(16, 0.0), (16, 0.3)])
def test_intervals_cover_when_nothing_leaks(models: int, shared: float) -> None:
    rows, samples = 200, 150
    missed = {"auc": 0, "rate": 0}
    for seed in range(samples):
        rng = np.random.default_rng([9, seed])
        heads = rng.random((models // 2, rows)) < 0.5
        member = np.stack([heads, ~heads], axis=1).reshape(models, rows)
        score = (
            rng.normal(size=rows)
            + shared * rng.normal(size=(models, 1))
            + rng.normal(size=(models, rows))
        )
        found = Crossed(member, score, np.arange(models) // 2)
        low, high = found.auc_interval(0.95)
        missed["auc"] += not low <= 0.5 <= high
        low, high = found.found_interval(0.05, 0.95)
        missed["rate"] += not low <= 0.05 <= high
    assert max(missed.values()) <= 15  # 7.5 expected; more than 15 of 150 has chance 0.4 %


def test_rows_that_say_the_same_count_once() -> None:
    rng = np.random.default_rng(3)
    member = rng.random((1, 100)) < 0.5
    score = rng.normal(size=(1, 100)) + member
    once = Crossed(member, score, np.zeros(1, int))
    often = Crossed(np.repeat(member, 50, 0), np.repeat(score, 50, 0), np.arange(50))
    width = [high - low for low, high in (once.auc_interval(0.95), often.auc_interval(0.95))]
    assert width[1] > 0.95 * width[0]


def test_scores_that_never_differ_are_a_coin() -> None:
    same = Crossed(cells(4).positive, np.zeros((16, 300)), np.arange(16) // 2)
    assert same.auc == 0.5
    assert same.auc_interval(0.95) == wilson(150.0, 300.0, 0.95)
    assert same.found(0.01) == pytest.approx(0.01)
    low, high = same.found_interval(0.01, 0.95)
    assert low < 0.01 < high


def test_one_kind_of_cell_says_nothing() -> None:
    none = Crossed(np.zeros((4, 9), bool), np.ones((4, 9)), np.arange(4) // 2)
    assert np.isnan([none.auc, none.found(0.1), *none.auc_interval(0.9)]).all()
    assert np.isnan(none.found_interval(0.1, 0.9)).all()
