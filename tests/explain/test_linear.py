from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proofstone.explain.linear import LinearExplainer

from .brute_force import shapley


@given(st.integers(0, 2**32 - 1))
def test_closed_form_is_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    feature_of = np.array([0, 1, 1, 2])
    coefficients, background = rng.normal(size=4), rng.normal(size=(7, 4))
    matrix = rng.normal(size=(3, 4))

    def margin(rows: np.ndarray) -> np.ndarray:
        return 0.7 + rows @ coefficients

    explainer = LinearExplainer(coefficients, 0.7, feature_of, 3, background)
    values = explainer.values(matrix)
    assert np.abs(values - shapley(margin, matrix, background, feature_of)).max() < 1e-10
    assert np.abs(explainer.base + values.sum(axis=1) - margin(matrix)).max() < 1e-10
