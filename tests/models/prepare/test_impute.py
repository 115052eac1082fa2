from __future__ import annotations

import numpy as np
import pytest
from sklearn.impute import SimpleImputer

from proofstone.core.errors import DataError
from proofstone.models.errors import RowError
from proofstone.models.prepare.impute import Impute
from proofstone.models.prepare.transform import Source

NUMBER = {"a": Source("a", "number")}


@pytest.mark.parametrize("method", ["median", "mean", "most_frequent"])
def test_numbers_are_filled_as_scikit_learn_does(method: str) -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(0, 6, 80).astype(float)
    values[rng.random(80) < 0.2] = np.nan
    peer = SimpleImputer(strategy=method, add_indicator=True).fit_transform(values[:, None])
    filled = Impute.fit({"a": values}, NUMBER, method, indicator=True).apply({"a": values})
    assert np.array_equal(np.stack(list(filled.values()), axis=1), peer)
    assert list(filled) == ["a", "a missing"]


def test_only_numbers_that_were_missing_are_flagged() -> None:
    columns = {"a": np.array([1.0, 2.0]), "c": np.array([0.0, np.nan])}
    sources = NUMBER | {"c": Source("c", "category")}
    impute = Impute.fit(columns, sources, "median", indicator=True)
    assert impute.flagged == []
    assert impute.apply(columns)["c"].tolist() == [0.0, -1.0]
    frequent = Impute.fit(columns, sources, "most_frequent", indicator=True)
    assert frequent.apply(columns)["c"].tolist() == [0.0, 0.0]


def test_truth_values_take_the_most_frequent_one() -> None:
    values = np.array([1.0, 1.0, 0.0, np.nan])
    impute = Impute.fit({"t": values}, {"t": Source("t", "boolean")}, "mean", indicator=False)
    assert impute.apply({"t": values})["t"].tolist() == [1.0, 1.0, 0.0, 1.0]


def test_refuse_names_the_row() -> None:
    with pytest.raises(RowError, match="row 1, field a: the value is missing"):
        Impute.fit({"a": np.array([1.0, np.nan])}, NUMBER, "refuse", indicator=True)
    complete = Impute.fit({"a": np.array([1.0, 2.0])}, NUMBER, "refuse", indicator=True)
    with pytest.raises(RowError, match="row 0, field a"):
        complete.apply({"a": np.array([np.nan])})


def test_a_column_without_values_is_refused() -> None:
    with pytest.raises(DataError, match="column a: every value is missing"):
        Impute.fit({"a": np.array([np.nan])}, NUMBER, "median", indicator=True)
