from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import RobustScaler, StandardScaler

from proofstone.models.prepare.scale import Scale

columns = st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=50).map(
    lambda values: np.array(values) / 1000
)


@given(columns)
def test_equals_scikit_learn(values: np.ndarray) -> None:
    for method, peer in (("standard", StandardScaler()), ("robust", RobustScaler())):
        scale = Scale.fit({"a": values}, ["a"], method)  # type: ignore[arg-type]
        if scale.spread["a"] < 1e-6 * max(np.abs(values).max(), 1.0):
            continue
        expected = peer.fit_transform(values[:, None])[:, 0]
        assert scale.apply({"a": values})["a"] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_spread_that_is_but_noise_blows_nothing_up() -> None:
    values = np.array([0.0, 5e-324])
    assert Scale.fit({"a": values}, ["a"], "standard").spread == {"a": 1.0}


def test_a_constant_column_is_only_centred() -> None:
    values = np.full(7, 0.1)
    for method in ("standard", "robust"):
        scaled = Scale.fit({"a": values}, ["a"], method).apply({"a": values})["a"]  # type: ignore[arg-type]
        assert np.abs(scaled).max() < 1e-15
