from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from proofstone.explain.answers.surrogate import of_all, of_some, rank_correlation


def every(size: int) -> np.ndarray:
    return np.array(list(itertools.product([False, True], repeat=size)))


def banzhaf(kept: np.ndarray, values: np.ndarray, piece: int) -> float:
    """The definition: the mean change by the piece over all subsets of the others."""
    value = {tuple(mask): one for mask, one in zip(kept.tolist(), values.tolist(), strict=True)}
    changes = [
        value[(*mask[:piece], True, *mask[piece + 1 :])] - one
        for mask, one in value.items()
        if not mask[piece]
    ]
    return float(np.mean(changes))


@given(st.integers(0, 2**32 - 1))
def test_weights_of_all_subsets_are_banzhafs_and_least_squares(seed: int) -> None:
    kept = every(4)
    values = np.random.default_rng(seed).normal(size=16)
    found = of_all(kept, values)
    assert found.weights == pytest.approx([banzhaf(kept, values, at) for at in range(4)])
    design = np.column_stack([np.ones(16), kept])
    fitted, left, *_ = np.linalg.lstsq(design, values, rcond=None)
    assert [found.intercept, *found.weights] == pytest.approx(fitted)
    assert found.r2 == pytest.approx(1 - left[0] / ((values - values.mean()) ** 2).sum())


def test_a_sum_is_explained_whole_and_an_interplay_is_not() -> None:
    kept = every(3)
    assert of_all(kept, kept @ [1.0, 2.0, -3.0]).r2 == pytest.approx(1.0)
    both = of_all(kept, (kept[:, 0] & kept[:, 1]).astype(float))
    assert both.weights == pytest.approx([0.5, 0.5, 0.0])
    assert both.r2 == pytest.approx(2 / 3)  # an "and" has variance 3/16, 2/16 of it additive


def test_recovers_a_known_sparse_model() -> None:
    rng = np.random.default_rng(5)
    kept = rng.random((64, 30)) < 0.5
    true = np.zeros(30)
    true[[3, 11, 20]] = 9.0, 6.0, -4.0
    found = of_some(kept, kept @ true - 40.0 + rng.normal(0.0, 0.3, 64), rng)
    assert set(np.argsort(-np.abs(found.weights))[:3]) == {3, 11, 20}
    assert found.weights[[3, 11, 20]] == pytest.approx(true[[3, 11, 20]], abs=0.6)
    assert np.abs(np.delete(found.weights, [3, 11, 20])).max() < 0.3
    assert found.intercept == pytest.approx(-40.0, abs=1.0)
    assert found.r2 > 0.95
    assert found.rank_correlation > 0.95
    assert 0 < found.errors[3] < 1


def test_noise_is_not_foretold() -> None:
    rng = np.random.default_rng(6)
    kept = rng.random((48, 12)) < 0.5
    found = of_some(kept, rng.normal(size=48), rng)
    assert found.r2 < 0.3


def test_errors_are_those_of_repeated_draws() -> None:
    rng = np.random.default_rng(7)
    true = np.array([5.0, 3.0, 0.0, 0.0, 0.0, 0.0])
    fits = []
    for _ in range(60):
        kept = rng.random((48, 6)) < 0.5
        fits.append(of_some(kept, kept @ true + rng.normal(size=48), rng))
    spread = np.std([fit.weights[0] for fit in fits], ddof=1)
    claimed = np.mean([fit.errors[0] for fit in fits])
    assert 0.6 < claimed / spread < 1.7


def test_equal_values_have_no_fidelity() -> None:
    rng = np.random.default_rng(8)
    kept = rng.random((20, 4)) < 0.5
    found = of_some(kept, np.full(20, -3.0), rng)
    assert found.weights.tolist() == [0.0] * 4
    assert found.intercept == pytest.approx(-3.0)
    assert math.isnan(found.r2)


@given(st.lists(st.integers(0, 4), min_size=3, max_size=12), st.integers(0, 99))
def test_rank_correlation_is_scipys(values: list[int], seed: int) -> None:
    first = np.array(values, dtype=float)
    second = np.random.default_rng(seed).integers(0, 5, len(first)).astype(float)
    if len(set(values)) == 1 or len(set(second.tolist())) == 1:
        assert math.isnan(rank_correlation(first, second))
    else:
        assert rank_correlation(first, second) == pytest.approx(
            stats.spearmanr(first, second).statistic
        )
