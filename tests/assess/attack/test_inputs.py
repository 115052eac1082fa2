from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.assess.probes.cases import Formula

from proofstone.assess.attack.inputs import askable, commonest, inputs_of
from proofstone.checks.cases import DecisionCase
from proofstone.core.project.schema import Rule
from proofstone.models.constraints import Bounds, Constraints
from proofstone.models.contract import Feature, Signature
from proofstone.models.rows import Rows


def case(frame: pl.DataFrame, **about: Any) -> DecisionCase:
    n = frame.height
    return DecisionCase(
        rows=Rows.of(frame), target=np.zeros(n, int), threshold=np.full(n, 0.5), **about
    )


@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=60).filter(lambda one: len(set(one)) > 1)
)
def test_ranks_are_mid_ranks_and_come_back(values: list[int]) -> None:
    scale = inputs_of(case(pl.DataFrame({"x": [value / 4 for value in values]}))).numbers["x"]
    expected = (stats.rankdata(values) - 0.5) / len(values)
    found = scale.rank(np.array(values) / 4)
    assert found == pytest.approx(expected)
    if not scale.whole:
        assert scale.value(found) == pytest.approx(np.array(values) / 4)


FRAME = pl.DataFrame(
    {
        "x": [0.0, 1.5, 2.0, 3.0, None],
        "kind": ["a", "a", "b", "c", None],
        "flag": [True, False, True, True, False],
        "same": [1.0] * 5,
        "text": ["one", "two", "three", "four", "five"],
    }
)


def test_constants_free_texts_and_fixed_columns_are_no_inputs() -> None:
    model = Formula(FRAME, lambda frame: np.full(frame.height, 0.5))
    kinds = dict.fromkeys(FRAME.columns, "category") | {"text": "text"}
    inputs = tuple(Feature(name, kind) for name, kind in kinds.items())  # type: ignore[arg-type]
    model.signature = Signature(inputs, "probabilities", ("no", "yes"), "yes")
    fixed = Constraints({"flag": Bounds(change="none")})
    found = inputs_of(case(FRAME, model=model, constraints=fixed))
    assert found.names == ["x", "kind"]
    assert found.categories["kind"] == ("a", "b", "c")


def test_costs_add_up_and_what_comes_or_goes_counts_one() -> None:
    inputs = inputs_of(case(FRAME.drop("text")))
    after = FRAME.with_columns(
        x=pl.Series([3.0, 1.5, None, 3.0, 1.0]), kind=pl.Series(["a", "b", "b", None, None])
    )
    # Mid-ranks of the four known values are 1/8, 3/8, 5/8 and 7/8.
    assert inputs.cost(FRAME, after) == pytest.approx([0.75, 0.5, 1.0, 0.5, 1.0])


def test_a_million_categories_are_cut_to_the_most_frequent() -> None:
    names = ["often"] * 50 + [f"n{at}" for at in range(1000)]
    found = inputs_of(case(pl.DataFrame({"name": names})))
    assert found.categories["name"][0] == "often"
    assert len(found.categories["name"]) == 8
    assert found.moves == 8


def test_gaps_by_nan_are_gaps() -> None:
    frame = pl.DataFrame({"x": [0.0, 1.0, float("nan"), None, float("inf")]})
    inputs = inputs_of(case(frame))
    assert inputs.numbers["x"].values.tolist() == [0.0, 1.0]
    other = pl.DataFrame({"x": [0.0, 1.0, 1.0, 1.0, float("inf")]})
    assert inputs.cost(frame, other).tolist() == [0.0, 0.0, 1.0, 1.0, 0.0]


def test_relations_of_absent_columns_are_not_asked() -> None:
    rules = Rule(name="here", expression="x <= 5"), Rule(name="gone", expression="age > 3")
    kept = askable(Constraints({}, rules), FRAME)
    assert [one.name for one in kept.relations] == ["here"]


def test_a_category_may_be_called_count_and_ties_are_in_order() -> None:
    values = ["c", "b", "a", "d", "d", None]
    for name in ("count", "n", "value"):
        assert commonest(pl.Series(name, values)) == ("d", "a", "b", "c")
        found = inputs_of(case(pl.DataFrame({name: values})))
        assert found.categories[name] == ("d", "a", "b", "c")
