"""A table as numbers for a regression."""

from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.assess.equity.design import design


def test_numbers_categories_and_missing_values_are_coded() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "x": [None, *rng.random(99)],
            "flag": rng.integers(0, 2, 100),
            "kind": ["a", "b", "c", None] * 25,
            "same": [3] * 100,
            "name": [f"person {i}" for i in range(100)],
            "nan": [np.nan] * 100,
            "inf": [np.inf, *rng.random(99)],
        }
    )
    found = design(frame)
    counts = {name: found.columns.count(name) for name in found.columns}
    assert set(counts) == {"x", "flag", "kind", "inf"}
    assert counts["x"] == 9  # itself, missing, seven of eight parts
    assert counts["flag"] == 1
    assert counts["kind"] == 4  # missing is a value too
    assert np.isfinite(found.values).all()
    assert np.allclose(found.values.mean(axis=0), 0, atol=1e-9)
    assert np.allclose(found.values.std(axis=0), 1)


def test_a_million_categories_are_left_out() -> None:
    frame = pl.DataFrame({"id": pl.arange(1_000_000, eager=True).cast(pl.String)})
    assert design(frame).columns == ()
    assert design(frame).values.shape == (1_000_000, 0)


def test_a_column_may_be_named_rows() -> None:
    frame = pl.DataFrame({"rows": ["a", "b", "c"] * 10})
    assert design(frame).columns == ("rows",) * 3
