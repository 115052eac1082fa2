from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.rank_agreement import kendall, mid_ranks, spearman


@pytest.mark.parametrize("values", [3, 1000], ids=["ties", "distinct"])
def test_correlations_are_scipys(values: int) -> None:
    rng = np.random.default_rng(values)
    one, other = rng.integers(0, values, (2, 50, 7)).astype(float)
    other += one
    assert np.array_equal(mid_ranks(one), stats.rankdata(one, axis=1))
    for row in range(50):
        assert spearman(one, other)[row] == pytest.approx(stats.spearmanr(one[row], other[row])[0])
        assert kendall(one, other)[row] == pytest.approx(stats.kendalltau(one[row], other[row])[0])


def test_equal_values_have_no_order() -> None:
    same, some = np.ones((2, 4)), np.arange(8.0).reshape(2, 4)
    assert np.isnan(spearman(same, some)).all()
    assert np.isnan(kendall(some, same)).all()
    assert len(kendall(np.zeros((0, 4)), np.zeros((0, 4)))) == 0
