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
from proofstone.models.errors import RowError
from proofstone.models.prepare.fit import fit_prepare
from proofstone.models.prepare.preparation import read_preparation
from proofstone.models.prepare.texts import Texts

FEATURES = (Feature("title", "text"), Feature("body", "text"))
PLACE = "model.json, prepare"
cells = st.one_of(st.none(), st.text(max_size=12))


def frame(rows: list[tuple[str | None, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"title": pl.String, "body": pl.String}, orient="row")


def test_texts_are_normalised_and_joined_in_the_order_of_the_features() -> None:
    read = Texts.of(FEATURES, refuse=False)
    rows = frame([("ＡＢ\u200bC", "好用\x00"), (None, "x"), (None, None)])
    assert read.apply(rows[["body", "title"]])[:, 0].tolist() == ["ABC\n好用", "\nx", "\n"]
    assert (read.columns, read.categorical, read.features) == (("title",), (), FEATURES)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=20))
def test_row_by_row_batch_and_json_give_the_same_texts(
    rows: list[tuple[str | None, str | None]],
) -> None:
    table = frame(rows)
    read = fit_prepare(table, FEATURES, Prepare(), takes="text")
    again = read_preparation(json.loads(canonical_json(read.to_json())), PLACE)
    batch = read.apply(table)
    single = [read.apply(table[row : row + 1])[0, 0] for row in range(len(rows))]
    assert batch.shape == (len(rows), 1)
    assert batch[:, 0].tolist() == single == again.apply(table)[:, 0].tolist()
    assert again == read


def test_a_missing_text_is_refused_where_the_project_says_so() -> None:
    table = frame([("a", "b"), ("c", None)])
    with pytest.raises(RowError, match="row 1, field body: is missing"):
        fit_prepare(table, FEATURES, Prepare(missing="refuse"), takes="text")


def test_what_is_no_text_is_refused_by_name() -> None:
    features = [*FEATURES, Feature("stars", "number")]
    with pytest.raises(InputError, match="column stars: a number cannot be"):
        fit_prepare(frame([("a", "b")]), features, Prepare(), takes="text")
    read = Texts.of(FEATURES, refuse=False)
    with pytest.raises(RowError, match="row 0, field body: missing"):
        read.apply(pl.DataFrame({"title": ["a"]}))
    with pytest.raises(RowError, match=r"row 0, field body: .* is not a category"):
        read.apply(pl.DataFrame({"title": ["a"], "body": [["b"]]}))
    numbers = pl.DataFrame({"title": [1.0, 2.5], "body": ["a", "b"]})
    assert np.array_equal(read.apply(numbers)[:, 0], ["1\na", "2.5\nb"])


@pytest.mark.parametrize(
    "state",
    [[{"transform": "texts"}], [{"transform": "texts", "names": [], "refuse": False}],
     [{"transform": "texts", "names": ["a", "a"], "refuse": False}],
     [{"transform": "texts", "names": ["a"], "refuse": 0}],
     [{"transform": "texts", "names": "a", "refuse": False}], [["texts"]], "texts",
     [{"transform": "texts", "names": ["a"], "refuse": False}, {"transform": "clip"}]],
)  # fmt: skip
def test_damaged_states_are_refused(state: object) -> None:
    with pytest.raises(InputError, match=r"model\.json, prepare"):
        read_preparation(state, PLACE)
