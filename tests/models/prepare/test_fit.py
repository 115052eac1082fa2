from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from proofstone.core.errors import InputError
from proofstone.core.project.schema import Prepare
from proofstone.models.contract import Feature
from proofstone.models.errors import RowError
from proofstone.models.prepare.fit import fit_prepare


def test_state_follows_from_training_rows_alone(
    holes: pl.DataFrame, hmda_features: tuple[Feature, ...]
) -> None:
    """The table's test rows are replaced by nonsense: not a bit of the state changes."""
    settings = Prepare(outliers=0.01)
    training, judged = holes[:1500], holes[1500:]
    wild = judged.with_columns(pl.selectors.numeric() * 1e6 + 7, pl.selectors.string() + "?")
    for takes in ("one_hot", "codes"):
        whole = pl.concat([training, judged])
        changed = pl.concat([training, wild])
        first = fit_prepare(whole[:1500], hmda_features, settings, takes=takes)
        second = fit_prepare(changed[:1500], hmda_features, settings, takes=takes)
        leaking = fit_prepare(changed, hmda_features, settings, takes=takes)
        assert first.to_json() == second.to_json() != leaking.to_json()


def test_equals_a_scikit_learn_pipeline(
    hmda: pl.DataFrame, hmda_features: tuple[Feature, ...]
) -> None:
    numbers = [one.name for one in hmda_features if one.kind == "number"]
    categories = [one.name for one in hmda_features if one.kind == "category"]
    peer = ColumnTransformer(
        [
            ("n", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("c", OneHotEncoder(sparse_output=False), categories),
        ]
    )
    expected = peer.fit_transform(hmda.to_pandas())
    ordered = [one for kind in ("number", "category") for one in hmda_features if one.kind == kind]
    matrix = fit_prepare(hmda, ordered, Prepare(), takes="one_hot").apply(hmda)
    assert matrix == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_trees_see_codes_and_unscaled_numbers(hmda: pl.DataFrame) -> None:
    features = (Feature("pirat", "number"), Feature("phist", "category"))
    matrix = fit_prepare(hmda, features, Prepare(), takes="codes").apply(hmda)
    assert np.array_equal(matrix[:, 0], hmda["pirat"].to_numpy())
    assert np.array_equal(matrix[:, 1], (hmda["phist"] == "yes").to_numpy())


def test_free_text_is_refused() -> None:
    with pytest.raises(InputError, match="column note: free text"):
        fit_prepare(pl.DataFrame({"note": ["a"]}), [Feature("note", "text")], Prepare(),
                    takes="one_hot")  # fmt: skip


def test_text_where_a_number_belongs_names_row_and_field() -> None:
    frame = pl.DataFrame({"x": ["1", "two"]})
    with pytest.raises(RowError, match="row 1, field x: 'two' is not a number"):
        fit_prepare(frame, [Feature("x", "number")], Prepare(), takes="one_hot")
