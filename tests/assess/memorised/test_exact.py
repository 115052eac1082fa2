from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from proofstone.assess.memorised.exact import clopper_pearson


@given(st.integers(1, 300), st.data(), st.sampled_from([0.9, 0.95, 0.9975]))
def test_as_scipy(trials: int, data: st.DataObject, level: float) -> None:
    successes = data.draw(st.integers(0, trials))
    found = clopper_pearson(successes, trials, level)
    expected = binomtest(successes, trials).proportion_ci(level, method="exact")
    assert found == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_nothing_tried() -> None:
    assert math.isnan(clopper_pearson(0, 0, 0.95).low)
