from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proofstone.train.folds import deal

strata = st.lists(st.integers(0, 3), min_size=12, max_size=120).map(np.array)


@given(strata, st.integers(2, 6), st.integers(0, 9))
def test_every_stratum_is_shared_evenly(labels: np.ndarray, folds: int, seed: int) -> None:
    fold = deal(labels, folds, np.random.default_rng(seed))
    counts = np.array([np.bincount(fold[labels == one], minlength=folds) for one in set(labels)])
    sizes = np.bincount(fold, minlength=folds)
    assert (np.ptp(counts, axis=1) <= 1).all()
    assert np.ptp(sizes) <= 1
    assert np.array_equal(fold, deal(labels, folds, np.random.default_rng(seed)))


@given(strata, st.integers(2, 4))
def test_groups_stay_together(labels: np.ndarray, folds: int) -> None:
    together = np.arange(len(labels)) // 3
    fold = deal(labels, folds, np.random.default_rng(0), together)
    assert all(len(set(fold[together == one])) == 1 for one in set(together))
    assert len(set(fold)) == folds
    assert np.ptp(np.bincount(fold)) <= 3 * 4


def test_chance_decides_who_goes_where() -> None:
    labels = np.zeros(30)
    one, other = (deal(labels, 3, np.random.default_rng(seed)) for seed in (0, 1))
    assert not np.array_equal(one, other)
