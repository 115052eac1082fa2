from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.canonical import canonical_json
from proofstone.core.errors import InputError
from proofstone.core.project.schema import Prepare
from proofstone.models.contract import Feature
from proofstone.models.prepare.fit import fit_prepare
from proofstone.models.prepare.preparation import Takes
from proofstone.models.prepare.prepared import Prepared

FEATURES = (Feature("x", "number"), Feature("t", "boolean"), Feature("c", "category"))
cells = st.tuples(
    st.none() | st.floats(-1e9, 1e9),
    st.none() | st.booleans(),
    st.none() | st.sampled_from(["a", "b", "c", "é"]),
)
settings = st.builds(
    Prepare,
    missing=st.sampled_from(["median", "mean", "most_frequent"]),
    indicator=st.booleans(),
    outliers=st.none() | st.sampled_from([0.0, 0.05, 0.25]),
    scaling=st.sampled_from(["standard", "robust", "none"]),
)


def table(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    schema = {"x": pl.Float64, "t": pl.Boolean, "c": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def same_bits(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.tobytes() == other.tobytes()


@given(st.lists(cells, min_size=1, max_size=30), settings, st.sampled_from(["one_hot", "codes"]))
def test_row_by_row_batch_and_json_give_the_same_bits(
    rows: list[tuple[object, ...]], chosen: Prepare, takes: Takes
) -> None:
    training = table([(1.0, True, "a"), (2.5, False, "b"), (-4.0, True, None), *rows[::2]])
    prepared = fit_prepare(training, FEATURES, chosen, takes=takes)
    frame = table(rows)
    batch = prepared.apply(frame)
    single = np.concatenate([prepared.apply(frame[row : row + 1]) for row in range(len(rows))])
    again = Prepared.from_json(json.loads(canonical_json(prepared.to_json())))
    assert np.isfinite(batch).all()
    assert batch.shape == (len(rows), len(prepared.columns))
    assert same_bits(batch, single)
    assert same_bits(batch, again.apply(frame))
    assert again.names == prepared.names


@given(st.lists(cells, min_size=1, max_size=20), st.permutations(range(20)), settings)
def test_neighbours_and_order_do_not_matter(
    rows: list[tuple[object, ...]], order: list[int], chosen: Prepare
) -> None:
    training = table([(1.0, True, "a"), (2.5, False, "b")])
    prepared = fit_prepare(training, FEATURES, chosen, takes="one_hot")
    shuffled = [place for place in order if place < len(rows)]
    frame = table(rows)
    assert same_bits(prepared.apply(frame)[shuffled], prepared.apply(frame[shuffled]))


def test_columns_name_the_feature_of_each_matrix_column(holes: pl.DataFrame) -> None:
    features = (Feature("pirat", "number"), Feature("phist", "category"))
    prepared = fit_prepare(holes, features, Prepare(), takes="one_hot")
    assert prepared.names == ("pirat", "pirat missing", "phist=no", "phist=yes", "phist missing")
    assert prepared.columns == ("pirat", "pirat", "phist", "phist", "phist")
    assert prepared.categorical == ()
    codes = fit_prepare(holes, [Feature("phist", "category")], Prepare(), takes="codes")
    assert codes.categorical == (0,)


def test_unknown_transforms_are_refused() -> None:
    with pytest.raises(InputError, match="cannot read the transforms"):
        Prepared.from_json([{"transform": "encode", "features": [], "levels": {}}, {}])
    with pytest.raises(InputError, match="cannot read the transforms"):
        Prepared.from_json([{"transform": "scale"}])
