from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.core.project.schema import Prepare
from proofstone.models.contract import Feature
from proofstone.models.prepare.fit import fit_prepare
from proofstone.train.inner import Inner, InnerFold

FEATURES = [Feature("pirat", "number"), Feature("phist", "category")]


def test_each_row_is_held_out_once_and_prepared_without_itself(small: pl.DataFrame) -> None:
    fold = np.arange(small.height) % 3
    inner = Inner.of(small, fold, FEATURES, Prepare(), takes="one_hot")
    for number, one in enumerate(inner.folds):
        alone = fit_prepare(small.filter(fold != number), FEATURES, Prepare(), takes="one_hot")
        assert np.array_equal(one.held_matrix, alone.apply(small.filter(fold == number)))
        assert np.array_equal(one.fit_matrix, alone.apply(small.filter(fold != number)))

    def score(one: InnerFold) -> np.ndarray:
        assert not set(one.fit_rows) & set(one.held_rows)
        return one.held_rows.astype(float)

    assert np.array_equal(inner.out_of_fold(score), np.arange(small.height))
