"""Rankings and equal-mass bins keep ties together."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proofstone.measures.ranking import equal_mass_bins, rank, steps

rows = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=40)


@given(rows)
def test_rank_counts_rows_at_or_above_each_distinct_score(drawn: list[Any]) -> None:
    y, score = (np.array(column) for column in zip(*drawn, strict=True))
    ranking = rank(y, score.astype(float))
    assert ranking.threshold.tolist() == sorted(set(score.tolist()), reverse=True)
    for threshold, positive, negative in zip(*ranking, strict=True):
        assert positive == np.sum(y & (score >= threshold))
        assert negative == np.sum(~y & (score >= threshold))


@given(rows, st.integers(0, 2**32 - 1))
def test_integer_weights_equal_repeated_rows(drawn: list[Any], seed: int) -> None:
    y, score = (np.array(column) for column in zip(*drawn, strict=True))
    weight = np.random.default_rng(seed).integers(1, 4, len(y))
    weighted = rank(y, score, np.stack([weight, np.ones_like(weight)]))
    repeated, plain = rank(np.repeat(y, weight), np.repeat(score, weight)), rank(y, score)
    assert np.array_equal(weighted.positive, [repeated.positive, plain.positive])
    assert np.array_equal(weighted.negative, [repeated.negative, plain.negative])


def test_steps_undo_a_cumulative_sum() -> None:
    assert steps(np.array([[1.0, 3.0, 6.0]])).tolist() == [[1.0, 2.0, 3.0]]


def test_bins_are_equal_in_mass_without_ties(rng: np.random.Generator) -> None:
    codes = equal_mass_bins(rng.random(1000), 10)
    assert np.bincount(codes).tolist() == [100] * 10


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.integers(1, 12))
def test_equal_scores_share_a_bin_and_bins_rise_with_score(values: list[int], bins: int) -> None:
    score = np.array(values, dtype=float)
    codes = equal_mass_bins(score, bins)
    assert codes.min() >= 0
    assert codes.max() < bins
    order = np.argsort(score, kind="stable")
    assert np.all(np.diff(codes[order]) >= 0)
    for value in set(values):
        assert len(set(codes[score == value].tolist())) == 1
