from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from proofstone.core.canonical import canonical_json
from proofstone.data.describe import MOST_BINS, QUANTILES, describe


def test_moments_and_quantiles_agree_with_scipy() -> None:
    values = np.random.default_rng(5).gamma(2.0, 3.0, 500)
    found = describe(pl.Series(values))
    theirs = stats.describe(values)
    assert found["mean"] == pytest.approx(theirs.mean, rel=1e-12)
    assert found["sd"] == pytest.approx(np.sqrt(theirs.variance), rel=1e-12)
    assert (found["min"], found["max"]) == theirs.minmax
    mine = list(found["quantiles"].values())
    quantiles = stats.mstats.mquantiles(values, QUANTILES, alphap=1, betap=1)
    assert mine == pytest.approx(quantiles.tolist(), rel=1e-12)
    low, high = np.percentile(values, [25, 75])
    far = stats.iqr(values) * 1.5
    assert found["outliers"] == int(((values < low - far) | (values > high + far)).sum())


def test_counts_of_a_category() -> None:
    found = describe(pl.Series(["b", "a", None, "b", "a", "c"]))
    assert found["missing"] == 1
    assert found["missing_share"] == pytest.approx(1 / 6)
    assert found["distinct"] == 3
    assert found["top"] == [
        {"value": "a", "count": 2},
        {"value": "b", "count": 2},
        {"value": "c", "count": 1},
    ]


def test_only_the_most_frequent_are_listed() -> None:
    assert len(describe(pl.Series([str(at) for at in range(50)]))["top"]) == 10


def test_a_column_without_any_value() -> None:
    found = describe(pl.Series([None, None], dtype=pl.Float64))
    assert found == {"n": 2, "missing": 2, "missing_share": 1.0, "distinct": 0}


numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.none() | numbers, min_size=1, max_size=60))
def test_any_numbers_are_described_in_json(values: list[float | None]) -> None:
    found = describe(pl.Series(values, dtype=pl.Float64))
    assert json.loads(canonical_json(found)) == found
    present = [value for value in values if value is not None]
    if present:
        assert sum(found["histogram"]["counts"]) == len(present)
        assert 1 <= len(found["histogram"]["counts"]) <= MOST_BINS
        assert found["min"] <= found["max"]
        assert found["outliers"] <= len(present)
