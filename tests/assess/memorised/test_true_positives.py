from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from proofstone.assess.memorised.true_positives import TruePositives


@pytest.mark.parametrize(("shift", "others"), [(0.0, 200), (1.0, 500), (3.0, 100)])
def test_the_interval_holds_the_true_rate(shift: float, others: int) -> None:
    rng = np.random.default_rng(2)
    true = float(norm.sf(norm.isf(0.01) - shift))
    hits = 0
    for _ in range(200):
        found = TruePositives(rng.normal(shift, 1, 150), rng.normal(0, 1, others), 0.01)
        low, high = found.interval(0.95)
        assert low <= found.value <= high
        hits += low <= true <= high
    assert hits / 200 >= 0.95


def test_ties_and_perfect_scores() -> None:
    assert TruePositives(np.ones(20), np.ones(20), 0.01).value == 0.0
    apart = TruePositives(np.ones(50), np.zeros(600), 0.01)
    assert apart.value == 1.0
    assert apart.interval(0.95).low > 0.85
    few = TruePositives(np.ones(50), np.zeros(50), 0.01).interval(0.95)
    assert few == (0.0, 1.0)
