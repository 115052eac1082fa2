from __future__ import annotations

import numpy as np
from scipy.stats.mstats import winsorize

from proofstone.models.prepare.clip import Clip


def test_clips_to_quantiles_and_keeps_missing() -> None:
    values = np.append(np.arange(101.0), np.nan)
    clip = Clip.fit({"a": values, "b": values}, ["a"], 0.05)
    assert (clip.low, clip.high) == ({"a": 5.0}, {"a": 95.0})
    clipped = clip.apply({"a": values, "b": values})
    assert np.isnan(clipped["a"][-1])
    assert np.array_equal(clipped["a"][:-1], winsorize(values[:-1], (0.05, 0.05)))
    assert clipped["b"] is values


def test_a_column_without_values_has_no_bounds() -> None:
    assert Clip.fit({"a": np.array([np.nan])}, ["a"], 0.1) == Clip({}, {})
