from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from proofstone.measures.exact import (
    at_most,
    beta_binomial_shares,
    exact_interval,
)


@pytest.mark.parametrize(("k", "n"), [(0, 7), (7, 7), (3, 8), (180, 200), (449_000, 500_000)])
def test_exact_intervals_are_scipys(k: int, n: int) -> None:
    expected = stats.binomtest(k, n).proportion_ci(0.99)
    assert exact_interval(k, n, 0.99) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert np.isnan(exact_interval(0, 0, 0.95)).all()


@given(st.integers(1, 300), st.data(), st.floats(0.0, 1.0))
def test_at_most_is_scipys(trials: int, data: st.DataObject, p: float) -> None:
    successes = data.draw(st.integers(0, trials))
    assert at_most(successes, trials, p) == pytest.approx(
        float(stats.binom.cdf(successes, trials, p)), abs=1e-9
    )


@given(st.integers(1, 300), st.data(), st.sampled_from([0.9, 0.95, 0.9975]))
def test_exact_intervals_are_those_of_the_binomial_test(
    trials: int, data: st.DataObject, level: float
) -> None:
    successes = data.draw(st.integers(0, trials))
    expected = stats.binomtest(successes, trials).proportion_ci(level, method="exact")
    assert exact_interval(successes, trials, level) == pytest.approx(
        (expected.low, expected.high), abs=1e-9
    )


def test_the_beta_binomial_is_scipys() -> None:
    found = beta_binomial_shares(300, 91.0, 10.0)
    assert found == pytest.approx(stats.betabinom.cdf(np.arange(301), 300, 91, 10), abs=1e-10)
