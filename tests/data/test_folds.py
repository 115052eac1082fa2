from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from proofstone.data.folds import TRAINING, blocks, dealt, grouped, held_out

Codes = NDArray[np.int64]
labels = st.lists(st.integers(0, 1), min_size=1, max_size=200).map(np.array)
folds = st.integers(2, 7)
seeds = st.integers(0, 2**32 - 1)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def spread(fold: Codes, rows: NDArray[np.bool_], k: int) -> Codes:
    return np.bincount(fold[rows], minlength=k)


@given(labels, folds, seeds)
def test_dealt_is_even_in_label_and_inner_strata(label: Codes, k: int, seed: int) -> None:
    inner = rng(seed ^ 1).integers(0, 3, len(label))
    fold = dealt([label, inner], k, rng(seed))
    assert fold.shape == label.shape
    assert set(np.unique(fold)) <= set(range(k))
    assert np.ptp(spread(fold, np.ones(len(label), dtype=bool), k)) <= 1
    for value in (0, 1):
        assert np.ptp(spread(fold, label == value, k)) <= 1
        for code in range(3):
            assert np.ptp(spread(fold, (label == value) & (inner == code), k)) <= 1


@given(labels, st.floats(0.05, 0.95), seeds)
def test_held_out_takes_its_share_of_each_stratum(label: Codes, fraction: float, seed: int) -> None:
    fold = held_out([label], fraction, rng(seed))
    assert set(np.unique(fold)) <= {TRAINING, 0}
    for rows in (label == 0, label == 1, label >= 0):
        assert abs((fold[rows] == 0).sum() - fraction * rows.sum()) <= 1 + 1e-9


@given(labels, folds, seeds)
def test_the_same_seed_deals_the_same_and_another_does_not(label: Codes, k: int, seed: int) -> None:
    assert np.array_equal(dealt([label], k, rng(seed)), dealt([label], k, rng(seed)))
    many = np.zeros(500, dtype=np.int64)
    assert not np.array_equal(dealt([many], k, rng(seed)), dealt([many], k, rng(seed + 1)))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=200), folds, seeds)
def test_groups_never_straddle(group: list[int], k: int, seed: int) -> None:
    codes = np.unique(np.array(group), return_inverse=True)[1]
    label = rng(seed).integers(0, 2, len(codes))
    label[0] = 1
    fold = grouped(codes, label, np.full(k, 1 / k), rng(seed))
    assert set(np.unique(fold)) <= set(range(k))
    for one in np.unique(codes):
        assert len(np.unique(fold[codes == one])) == 1


def test_grouped_is_balanced_where_groups_are_small() -> None:
    codes = np.repeat(np.arange(200), 5)
    label = (rng(1).random(1000) < 0.2).astype(np.int64)
    fold = grouped(codes, label, np.full(5, 0.2), rng(2))
    assert np.ptp(np.bincount(fold)) <= 10
    assert np.ptp(np.bincount(fold[label == 1])) <= 3
    test = grouped(codes, label, np.array([0.25, 0.75]), rng(2)) == 0
    assert abs(test.mean() - 0.25) < 0.02


@given(st.lists(st.integers(0, 50), min_size=1, max_size=200), st.integers(2, 6))
def test_blocks_follow_time_and_keep_equal_times_together(times: list[int], k: int) -> None:
    time = np.array(times)
    block = blocks(time, np.full(k, 1 / k))
    assert set(np.unique(block)) <= set(range(k))
    for one in range(1, k):
        before, after = time[block < one], time[block >= one]
        assert not len(before) or not len(after) or before.max() < after.min()


def test_blocks_of_distinct_times_have_their_shares() -> None:
    block = blocks(np.random.default_rng(0).permutation(100), np.array([0.75, 0.25]))
    assert np.bincount(block).tolist() == [75, 25]
