from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from proofstone.measures.queries import per_query

ITEMS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 4)), min_size=2, max_size=60
)


@given(items=ITEMS, k=st.integers(1, 6))
def test_ndcg_and_average_precision_are_scikit_learns(
    items: list[tuple[int, int, int]], k: int
) -> None:
    target, score, query = (np.array(part, dtype=float) for part in zip(*items, strict=True))
    found = per_query(target, score, query.astype(np.int64), k)
    for place, one in enumerate(np.unique(query)):
        gain, given_score = target[query == one], score[query == one]
        if not gain.any():
            assert np.isnan([part[place] for part in found]).all()
            continue
        precision = metrics.average_precision_score(gain > 0, given_score)
        assert found.average_precision[place] == pytest.approx(precision, abs=1e-9)
        if len(gain) > 1:
            theirs = metrics.ndcg_score([gain], [given_score], k=k)
            assert found.ndcg[place] == pytest.approx(theirs, abs=1e-9)


def test_ranks_and_precision_by_hand() -> None:
    target = np.array([0.0, 2.0, 0.0, 1.0, 1.0, 0.0])
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.1, 0.5])
    query = np.array([4, 4, 4, 4, 9, 9])
    found = per_query(target, score, query, 2)
    assert found.reciprocal_rank.tolist() == [0.5, 0.5]
    assert found.precision.tolist() == [0.5, 0.5]
    tied = per_query(np.array([1.0, 0.0]), np.array([0.5, 0.5]), np.array([0, 0]), 1)
    assert (tied.reciprocal_rank[0], tied.precision[0]) == (0.5, 0.5)


def test_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    target, score = rng.integers(0, 3, 200).astype(float), rng.random(200).round(1)
    query = rng.integers(0, 12, 200)
    turned = rng.permutation(200)
    first = per_query(target, score, query, 5)
    second = per_query(target[turned], score[turned], query[turned], 5)
    assert np.allclose(first, second, equal_nan=True)
