from __future__ import annotations

import pytest
from scipy import stats

from proofstone.measures.beta import beta_quantile, beta_share


@pytest.mark.parametrize(
    ("a", "b", "x"),
    [
        (3, 900, 0.002),
        (5e5, 3e5, 0.6251),
        (0.5, 0.5, 0.3),
        (1, 1e6, 1e-6),
        (2, 3, 0.0),
        (2, 3, 1.0),
    ],
)
def test_the_beta_distribution_is_scipys(a: float, b: float, x: float) -> None:
    assert beta_share(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-8)
    assert beta_quantile(0.1, a, b) == pytest.approx(stats.beta.ppf(0.1, a, b), rel=1e-6)
