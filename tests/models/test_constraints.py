"""Which changes of a row are allowed."""

from __future__ import annotations

from typing import cast

import polars as pl
import pytest

from proofstone.core.project.schema import Rule
from proofstone.models.constraints import Bounds, Change, Constraints

BEFORE = pl.DataFrame(
    {"age": [30, 30, 30], "debt": [1.0, 9.0, None], "income": [5.0, 5.0, 5.0], "job": ["a"] * 3}
)


def kept(constraints: Constraints, **changed: list[object]) -> list[bool]:
    columns = [pl.Series(name, values, BEFORE.schema[name]) for name, values in changed.items()]
    return constraints.kept(BEFORE, BEFORE.with_columns(columns)).tolist()


def test_a_column_keeps_its_direction() -> None:
    assert kept(Constraints({"age": Bounds("up")}), age=[31, 30, 29]) == [True, True, False]
    assert kept(Constraints({"age": Bounds("down")}), age=[31, 30, 29]) == [False, True, True]
    assert kept(Constraints({"age": Bounds("none")}), age=[31, 30, 29]) == [False, True, False]


def test_a_number_keeps_its_range_unless_it_did_not_change() -> None:
    bounds = Constraints({"debt": Bounds(low=2.0, high=6.0)})
    assert kept(bounds, debt=[1.0, 5.0, None]) == [True, True, True]
    assert kept(bounds, debt=[1.5, 7.0, 3.0]) == [False, False, True]


def test_a_number_does_not_go_missing_where_it_has_bounds() -> None:
    assert kept(Constraints({"debt": Bounds(low=0.0)}), debt=[None, 9.0, None]) == [
        False,
        True,
        True,
    ]


def test_the_ends_of_a_range_belong_to_it() -> None:
    bounds = Constraints({"debt": Bounds(low=2.0, high=6.0)})
    assert kept(bounds, debt=[2.0, 6.0, 2.0]) == [True, True, True]


@pytest.mark.parametrize(
    "bounds", [Bounds("up"), Bounds("down"), Bounds(low=0.0), Bounds(high=99.0)]
)
def test_what_is_no_number_is_missing(bounds: Bounds) -> None:
    nan = float("nan")
    assert kept(Constraints({"debt": bounds}), debt=[nan, nan, nan]) == [False, False, True]
    before = pl.DataFrame({"debt": [nan, nan]})
    after = pl.DataFrame({"debt": [nan, 3.0]})
    ends = bounds.low is not None or bounds.high is not None
    assert Constraints({"debt": bounds}).kept(before, after).tolist() == [True, ends]


@pytest.mark.parametrize("change", ["any", "none", "up", "down"])
@pytest.mark.parametrize("ends", [(None, None), (0.0, None), (None, 1.0), (0.0, 1.0)])
def test_whole_numbers_and_others_are_judged_alike(
    change: str, ends: tuple[float | None, float | None]
) -> None:
    values = [None, -1, 0, 1, 2]
    pairs = [(one, other) for one in values for other in values]
    bounds = Constraints({"a": Bounds(cast("Change", change), *ends)})
    found = []
    for kind in (pl.Int64, pl.Float64):
        before, after = (
            pl.DataFrame({"a": pl.Series([pair[at] for pair in pairs], dtype=kind)})
            for at in (0, 1)
        )
        found.append(bounds.kept(before, after).tolist())
    assert found[0] == found[1]
    assert any(found[0])


def test_true_is_above_false() -> None:
    before = pl.DataFrame({"owner": [False, True, True, None]})
    after = pl.DataFrame({"owner": [True, False, True, True]})
    for change, wanted in (
        ("up", [True, False, True, False]),
        ("down", [False, True, True, False]),
        ("any", [True, True, True, True]),
    ):
        bounds = Bounds(cast(Change, change))
        assert Constraints({"owner": bounds}).kept(before, after).tolist() == wanted


@pytest.mark.parametrize("change", ["up", "down"])
def test_a_category_has_no_direction(change: Change) -> None:
    bounds = Constraints({"job": Bounds(change, values=("a", "b"))})
    assert kept(bounds, job=["b", "a", "a"]) == [False, True, True]


def test_a_category_takes_a_known_value() -> None:
    assert kept(Constraints({"job": Bounds(values=("a", "b"))}), job=["b", "c", "a"]) == [
        True,
        False,
        True,
    ]


def test_a_relation_is_asked_of_rows_that_kept_it_before() -> None:
    rule = Rule(name="debt", expression="debt <= income")
    assert kept(Constraints(relations=(rule,)), debt=[6.0, 8.0, 7.0]) == [False, True, False]


def test_columns_without_bounds_are_free() -> None:
    constraints = Constraints({"age": Bounds("none")})
    assert constraints.free(["age", "debt"]) == ["debt"]
    assert kept(constraints, debt=[-1.0, 0.0, 1.0]) == [True, True, True]
